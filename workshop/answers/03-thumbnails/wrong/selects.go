// A select takes either, where there is room and ctx has ended: so at times a
// call begins all the same.
//
// FAILS: The caller had left before
package thumbnails

import (
	"context"
	"sync"
)

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	room := make(chan struct{}, limit)
	var wg sync.WaitGroup
loop:
	for _, photo := range photos {
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			break loop
		}
		wg.Go(func() {
			if err := convert(ctx, photo); err != nil {
				cancel(err)
			}
			<-room
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
