// The group cancels what runs. It does not keep the rest from beginning.
//
// FAILS: after the first error none may begin
package thumbnails

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for _, photo := range photos {
		group.Go(func() error { return convert(ctx, photo) })
	}
	return group.Wait()
}
