// Returning at the first error leaves the others at work: on pictures, and on
// memory, that the caller believes are free.
//
// FAILS: MakeAll returned while a call was still running
package thumbnails

import "context"

func MakeAll(ctx context.Context, photos []string, limit int, convert func(context.Context, string) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	room := make(chan struct{}, limit)
	errs := make(chan error, len(photos))
	for _, photo := range photos {
		go func() {
			room <- struct{}{}
			defer func() { <-room }()
			if ctx.Err() != nil {
				errs <- context.Cause(ctx)
				return
			}
			errs <- convert(ctx, photo)
		}()
	}
	for range photos {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}
