// The group has a ctx, but the calls do not get it: nobody tells them that
// another has failed.
//
// FAILS: had their ctx been cancelled
package thumbnails

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for _, photo := range photos {
		group.Go(func() error {
			if inner.Err() != nil {
				return context.Cause(inner)
			}
			return convert(ctx, photo)
		})
	}
	return group.Wait()
}
