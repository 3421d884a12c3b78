// The bytes go back, and nobody looks who could have them: the next Release
// will. There is none.
//
// FAILS: the one behind it waits for ever
package uploads

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrTooLarge says that an upload will never be let in.
var ErrTooLarge = errors.New("larger than the limit")

// A Budget bounds how many bytes are in memory at a time. It may be used by
// many goroutines.
type Budget struct {
	limit int64

	mu    sync.Mutex
	used  int64
	queue []*waiter // the first is let in next
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
	w := &waiter{n, make(chan struct{})}
	b.mu.Lock()
	b.queue = append(b.queue, w)
	b.letIn()
	b.mu.Unlock()
	select {
	case <-w.in:
		return nil
	case <-ctx.Done():
		b.leave(w)
		return ctx.Err()
	}
}

// Release gives n bytes back that were acquired.
func (b *Budget) Release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.letIn()
}

// A waiter stands in the queue.
type waiter struct {
	n  int64
	in chan struct{} // closed when the bytes are its own
}

// letIn lets in who stands at the head, for as long as there is room. It is
// called under the lock.
func (b *Budget) letIn() {
	for len(b.queue) > 0 && b.used+b.queue[0].n <= b.limit {
		w := b.queue[0]
		b.queue = b.queue[1:]
		b.used += w.n
		close(w.in)
	}
}

// leave takes a waiter out of the queue. If it has been let in meanwhile, its
// bytes go back.
func (b *Budget) leave(w *waiter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
		b.letIn()
	} else {
		b.used -= w.n
	}
}
