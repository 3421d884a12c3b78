// Looking again each millisecond keeps no order: whoever is small finds room
// first.
//
// FAILS: While there are photos
package uploads

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrTooLarge says that an upload will never be let in.
var ErrTooLarge = errors.New("larger than the limit")

// A Budget bounds how many bytes are in memory at a time. It may be used by
// many goroutines.
type Budget struct {
	limit int64

	mu   sync.Mutex
	used int64
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
	for ctx.Err() == nil {
		b.mu.Lock()
		if b.used+n <= b.limit {
			b.used += n
			b.mu.Unlock()
			return nil
		}
		b.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// Release gives n bytes back that were acquired.
func (b *Budget) Release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
}
