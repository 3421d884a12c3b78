// Package retry calls what fails at times.
//
// A wait is a blocking call like any other: it ends with ctx, so it is a select
// and not a time.Sleep. The deadline is known beforehand, which is why there is
// no use in a wait that ends after it; who asks gets the answer that much
// earlier.
//
// The caller gets both errors, in one: that time was up, which decides what is
// done next, and what the service said, which is for whoever has to find out
// why.
//
// Real pauses also vary at random, or all clients that have failed together
// come back together.
package retry

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Permanent is in the chain of errors that the next call would return as well.
var Permanent = errors.New("permanent")

// Retry calls call until it succeeds, at most attempts times. Between two calls
// it waits: pause after the first, and twice as long after each further one. It
// returns nil, or the error of the last call, wrapped.
//
//   - An error with [Permanent] in its chain is returned at once.
//   - When ctx ends, Retry returns at once, with an error in which errors.Is
//     finds ctx's error and that of the last call.
//   - If ctx's deadline comes before the next call would begin, Retry does not
//     wait for that: it returns at once, with [context.DeadlineExceeded] and
//     the error of the last call.
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
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("call %d: %w", n, errors.Join(ctx.Err(), err))
		}
		pause *= 2
	}
}
