// Package uploads takes in what customers upload.
//
// # What people see
//
// A service takes four uploads at a time, and keeps each in memory while it is
// checked. Four photos are nothing. One evening there were four videos of 900
// MB, and the kernel killed it. With a limit of one at a time nobody gets
// through. A first try to count bytes let small photos in past the videos for
// as long as there were photos: a video waited for an hour, its customer left,
// and the queue stood still behind the place of the one who had left.
//
// # Your task
//
// Write Acquire and Release, as their comments say, and whatever a Budget needs
// for it. The test is the specification.
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
	limit int64
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
	panic("Acquire is yours to write")
}

// Release gives n bytes back that were acquired.
func (b *Budget) Release(n int64) {
	panic("Release is yours to write")
}
