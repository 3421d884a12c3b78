// A sleep hears of nothing: the customer has left, and is still waited for.
//
// FAILS: that is when ctx was cancelled
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
		deadline, ok := ctx.Deadline()
		if ok && time.Until(deadline) < pause {
			return fmt.Errorf("call %d, no time for another: %w", n,
				errors.Join(context.DeadlineExceeded, err))
		}
		time.Sleep(pause)
		pause *= 2
	}
}
