// A sync.Cond has a queue and no ctx: whoever waits there hears of nothing
// else.
//
// FAILS: Acquire still waits for that one
package uploads

import (
	"context"
	"errors"
	"sync"
)

// ErrTooLarge says that an upload will never be let in.
var ErrTooLarge = errors.New("larger than the limit")

// A Budget bounds how many bytes are in memory at a time. It may be used by
// many goroutines.
type Budget struct {
	limit int64

	mu    sync.Mutex
	room  *sync.Cond
	used  int64
	queue []*int64 // the first is let in next
}

// NewBudget returns a budget of that many bytes.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Acquire waits until n bytes are free, takes them, and returns nil.
//
//   - It is first come, first served: nobody is let in past one who has waited
//     for longer, also where a small one would fit and a large one does not.
//   - When ctx ends it returns ctx's error at once, and takes nothing; so it
//     does when ctx has ended before. Its place in the queue is free then.
//   - What is larger than the limit gets [ErrTooLarge] at once.
func (b *Budget) Acquire(ctx context.Context, n int64) error {
	if n > b.limit {
		return ErrTooLarge
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.room == nil {
		b.room = sync.NewCond(&b.mu)
	}
	b.queue = append(b.queue, &n)
	for b.queue[0] != &n || b.used+n > b.limit {
		b.room.Wait()
	}
	b.queue = b.queue[1:]
	b.used += n
	b.room.Broadcast()
	return nil
}

// Release gives n bytes back that were acquired.
func (b *Budget) Release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.room != nil {
		b.room.Broadcast()
	}
}
