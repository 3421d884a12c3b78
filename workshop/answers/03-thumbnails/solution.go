// Package thumbnails makes small pictures of a merchant's photos.
//
// An errgroup.Group does all four things that the comment of MakeAll asks for:
// Wait returns when the last task has returned, and returns the first error;
// that error cancels the ctx that WithContext gave; SetLimit makes Go wait for
// room. ctx is shadowed on purpose: no task can take the outer one by mistake.
//
// The look at ctx.Err inside of the task is needed all the same. Go has waited
// for room, and room comes just when a task has failed: whatever begins then
// begins in vain.
package thumbnails

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// MakeAll calls convert for every photo, at most limit at any time, and as many
// as that while there are enough photos. It returns when the last call has
// returned.
//
// When a call fails, the ctx of all other calls is cancelled, no further call
// begins, and MakeAll returns that first error. When the caller's ctx ends, it
// is the same, with ctx's error.
func MakeAll(
	ctx context.Context,
	photos []string,
	limit int,
	convert func(ctx context.Context, photo string) error,
) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for _, photo := range photos {
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return convert(ctx, photo)
		})
	}
	return group.Wait()
}
