// A wave of limit photos, then the next: each wave takes as long as its largest
// photo, and the others' places stay empty.
//
// FAILS: the small ones must not wait for it
package thumbnails

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	for len(photos) > 0 {
		wave := photos[:min(limit, len(photos))]
		photos = photos[len(wave):]
		group, inner := errgroup.WithContext(ctx)
		for _, photo := range wave {
			group.Go(func() error { return convert(inner, photo) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}
