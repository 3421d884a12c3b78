// The wait ends with ctx, as it should, and it was clear before that it would.
//
// FAILS: the next call would begin after 6s
package retry

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Permanent is in the chain of errors that the next call would return as well.
var Permanent = errors.New("permanent")

func Retry(
	ctx context.Context,
	attempts int,
	pause time.Duration,
	call func(context.Context) error,
) error {
	for n := 1; ; n++ {
		err := call(ctx)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, Permanent):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("call %d: %w", n, errors.Join(ctx.Err(), err))
		case n >= attempts:
			return fmt.Errorf("call %d, the last: %w", n, err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("call %d: %w", n, errors.Join(ctx.Err(), err))
		}
		pause *= 2
	}
}
