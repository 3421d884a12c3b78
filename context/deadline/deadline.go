// Package deadline spends the time that a caller has given: how much of it the
// next call gets, when a call is not worth starting, and how to retry within
// it. It shows three ways to lose the deadline. It belongs to part 4.2 of the
// guide.
//
// A deadline is a point in time, and it is handed down. Each level may bring it
// forward, none can put it off: of two deadlines the earlier one holds. So the
// only way to have more time than the caller gave is to drop the caller's ctx,
// and then nobody waits for the result:
//
//	client                  handler                 database
//	GET /report, 1 s
//	                        WithTimeout(Background, 1 min)
//	                                                SELECT …
//	gives up, asks again
//	                                                SELECT …
//	                                                SELECT …   // both
//
// # What to write
//
//   - The outermost function sets the budget, all below derive from its ctx.
//     WithTimeout(ctx, d) then means d or what is left, whichever is less.
//   - Keep a reserve for what comes after the call, such as writing an answer,
//     and do not start what cannot be done in the time left ([Call]). That
//     spares the backend the work and the client the wait.
//   - Bound each try of a retry by less than the whole budget, or a try that
//     hangs is the only one ([Retry]).
//   - Between two processes it is the time left that travels, for clocks
//     differ. gRPC sends it along with each call; HTTP has no header for it.
//   - Work that must go on without the caller says so: context.WithoutCancel
//     and a timeout of its own (package detached).
//
// # What finds it
//
// contextcheck reports context.Background in a function that has a ctx. The
// rest takes a test that asks for ctx.Deadline, or one in the virtual time of
// testing/synctest, where an hour costs nothing and ends on the nanosecond.
package deadline

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrTooLate says that a call was not begun because too little time was left.
var ErrTooLate = errors.New("too little time is left")

// Left returns how much time ctx leaves, and whether it has a deadline at all.
// It is negative once the deadline has passed.
func Left(ctx context.Context) (left time.Duration, ok bool) {
	at, ok := ctx.Deadline()
	if !ok {
		return 0, false
	}
	return time.Until(at), true
}

// Call calls f with what ctx has left, less the reserve that the caller needs
// afterwards. If that is less than f needs, it returns [ErrTooLate] and does
// not call f. If ctx has no deadline, f gets none.
func Call(
	ctx context.Context,
	need, reserve time.Duration,
	f func(context.Context) error,
) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	at, ok := ctx.Deadline()
	if !ok {
		return f(ctx)
	}
	at = at.Add(-reserve)
	if left := time.Until(at); left < need {
		return fmt.Errorf("%w: %v, and %v are needed", ErrTooLate, left, need)
	}
	ctx, cancel := context.WithDeadline(ctx, at)
	defer cancel()
	return f(ctx)
}

// Retry calls try until it succeeds, at most tries times (at least once) and
// within the time of ctx. Each try gets perTry, or what is left if that is
// less. There is a pause between two tries; if the time would be over before it
// is, Retry returns at once, with [ErrTooLate].
//
// The error is the last try's, and with it the reason why there was no other.
// try must be safe to repeat: one that timed out may have succeeded.
func Retry(
	ctx context.Context,
	tries int,
	perTry, pause time.Duration,
	try func(context.Context) error,
) error {
	for n := 1; ; n++ {
		err := once(ctx, perTry, try)
		if err == nil {
			return nil
		}
		if n >= tries {
			return fmt.Errorf("try %d of %[1]d: %w", n, err)
		}
		if left, ok := Left(ctx); ok && left <= pause {
			return fmt.Errorf("try %d of %d: %w: %w", n, tries, ErrTooLate, err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("try %d of %d: %w: %w",
				n, tries, context.Cause(ctx), err)
		}
	}
}

// once is a function so that its cancel runs after each try.
func once(
	ctx context.Context,
	perTry time.Duration,
	try func(context.Context) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, perTry)
	defer cancel()
	return try(ctx)
}
