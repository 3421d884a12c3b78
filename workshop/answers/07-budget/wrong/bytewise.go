// Whoever takes its bytes one by one takes some, and waits for the rest. Two
// who do so wait for each other, and one who leaves keeps what it has.
//
// FAILS: Nobody lets it in
package uploads

import (
	"context"
	"errors"
)

// ErrTooLarge says that an upload will never be let in.
var ErrTooLarge = errors.New("larger than the limit")

// A Budget bounds how many bytes are in memory at a time. It may be used by
// many goroutines.
type Budget struct {
	slots chan struct{}
	limit int64
}

// NewBudget returns a budget of that many bytes.
func NewBudget(limit int64) *Budget { return &Budget{make(chan struct{}, limit), limit} }

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
	for range n {
		select {
		case b.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Release gives n bytes back that were acquired.
func (b *Budget) Release(n int64) {
	for range n {
		<-b.slots
	}
}
