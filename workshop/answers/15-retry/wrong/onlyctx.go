// That time was up is known, and what was wrong with the service is not.
//
// FAILS: that of the last call
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
			return fmt.Errorf("call %d: %w", n, ctx.Err())
		case n >= attempts:
			return fmt.Errorf("call %d, the last: %w", n, err)
		}
		deadline, ok := ctx.Deadline()
		if ok && time.Until(deadline) < pause {
			return fmt.Errorf("call %d, no time for another: %w", n,
				errors.Join(context.DeadlineExceeded, err))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("call %d: %w", n, ctx.Err())
		}
		pause *= 2
	}
}
