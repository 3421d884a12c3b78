// The loop looks at ctx, and then Go waits for room. By the time there is some,
// what the loop has seen is old.
//
// FAILS: after the first error none may begin
package thumbnails

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for _, photo := range photos {
		if inner.Err() != nil {
			break
		}
		group.Go(func() error { return convert(inner, photo) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
