// Package timers waits with timers as they are since Go 1.23, and shows two
// bugs that came or stayed with that release and two that it ended. It belongs
// to part 10.1 of the guide.
//
// Before, a timer put its value into a buffer of its channel, where it stayed
// after Stop and Reset, and the runtime held each timer until it fired:
//
//	runtime                        holder of a lease
//	                               lease := time.NewTimer(1 s)
//	at 1 s: lease.C <- now
//	                               lease.Reset(1 h)   // a little late
//	                               <-lease.C          // at once: expired
//
// Hence the drain, if !t.Stop() { <-t.C }, and the rule against time.After in
// a loop. Since Go 1.23 nothing is received that a Stop or a Reset came before,
// len and cap of the channel are 0, and a timer or ticker that nobody refers to
// is collected, stopped or not.
//
// # What to write
//
//   - Reset alone ([Watch]). No Stop before it, no drain, and none needed at
//     the end.
//     In a loop, one timer: a new time.After at each turn takes twice as long,
//     and 248 bytes, but where it is clearer it is no leak ([Retry]).
//     go test -run='^$' -bench=Timeout
//   - To ask whether a timer has fired: a select with a default ([Sweep]).
//
// What decides is not the language version of a file, but the setting
// asynctimerchan of the whole program. Its default follows the go line of the
// main module: go 1.22 there is the old timers, whichever Go compiles it, until
// Go 1.27, which has only the new ones. So buggy_go122.go is correct beside
// this file, and its tests set GODEBUG=asynctimerchan=1 and need Go 1.26.
//
// AfterFunc has no channel, and did not change: such a timer is held until it
// fires, and Stop does not wait for a callback that runs (package debounce of
// part 3).
//
// # What finds it
//
// The old idiom of Stop and drain still works on a timer that has fired, since
// Stop then reports true. It blocks where the value was received before, today
// and in the old days ([Flush]): a deadlock. A loop that polls len is a hang
// since Go 1.23 ([Expire]). The value of an old deadline and memory that is
// kept take a test that looks ([Lease.Renew], [Handle]).
//
// # Sources
//
// https://go.dev/wiki/Go123Timer; https://go.dev/doc/godebug#go-123.
package timers

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrSilent says that the last sign of life is too long ago.
var ErrSilent = errors.New("no sign of life")

// Watch returns ErrSilent when no beat has come for so long, nil when beats is
// closed, and ctx's error when that ends.
func Watch(
	ctx context.Context,
	beats <-chan struct{},
	patience time.Duration,
) error {
	silent := time.NewTimer(patience)
	for {
		select {
		case _, ok := <-beats:
			if !ok {
				return nil
			}
			silent.Reset(patience) // fired or not
		case <-silent.C:
			return ErrSilent
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Retry calls try until it succeeds, with a pause between two calls. When ctx
// ends in a pause it returns the errors of both; a try must itself heed ctx.
func Retry(
	ctx context.Context,
	pause time.Duration,
	try func(context.Context) error,
) error {
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}

// Sweep calls step until there is nothing more to do, or the budget is spent
// between two steps, and returns how often it has called it.
func Sweep(budget time.Duration, step func() (more bool)) (steps int) {
	spent := time.After(budget)
	for {
		select {
		case <-spent:
			return steps
		default:
		}
		steps++
		if !step() {
			return steps
		}
	}
}
