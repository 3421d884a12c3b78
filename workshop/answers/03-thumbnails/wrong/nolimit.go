// All at once: the first day of a large catalogue is the last of the server.
//
// FAILS: calls ran at once; the limit was 4
package thumbnails

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	group, ctx := errgroup.WithContext(ctx)
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
