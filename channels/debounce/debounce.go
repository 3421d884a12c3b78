// Package debounce turns a burst of values into its last one, and shows four
// ways to lose that one, or to deliver it too late. It is an addition to part
// 3 of the guide.
//
// An editor saves when the typing pauses, a watcher rebuilds when the files
// have settled. The form that most people write is a timer with a callback,
// stopped and started again by each event. But Stop stops a callback that has
// not begun, and reports false for one that has; it waits for neither:
//
//	caller                          timer's goroutine
//	                                callback begins: event := load()
//	timer.Stop()  // false
//	close(out)
//	                                out <- event  // panic
//
// # What to write
//
// One goroutine that owns the pending value and the timer, so that no event
// meets a callback halfway: [Debounce] waits for a pause, [Throttle] lets one
// value pass in each interval. Both have the send in the same select as all
// else; until the value is due its channel is nil, and that case is off.
//
//   - The last value always arrives: at the end of the input at once, and to a
//     slow receiver in place of all those that it missed.
//   - A pause that never comes delivers nothing. Set maxWait, unless that is
//     what you want.
//   - It ends when its input is closed or ctx ends, and closes its output.
//
// Since Go 1.23 nothing stale is received from a timer's channel after Reset
// or Stop. That is why the loop has no drain (go.dev/issue/37196).
//
// # What finds it
//
// The race detector sees what callback and event share, where the test makes
// them meet. A callback that outlives Close is a panic at best; often it only
// writes to what is closed, and nothing but a test that looks can tell.
package debounce

import (
	"context"
	"time"
)

// Debounce sends the newest value of in once no other has come for quiet. If
// maxWait is above 0, a value is due that long after the first that it
// replaces at the latest, pause or not. When in is closed, a pending value is
// due at once. The channel is closed after it, or when ctx ends; then a
// pending value is dropped.
func Debounce[T any](
	ctx context.Context,
	in <-chan T,
	quiet, maxWait time.Duration,
) <-chan T {
	return latest(ctx, in, func(first, _ time.Time) time.Duration {
		if maxWait <= 0 {
			return quiet
		}
		return min(quiet, time.Until(first.Add(maxWait)))
	})
}

// Throttle sends the first value of in at once, and from then on the newest,
// if there is one, not sooner than every after the one before was received.
// The rest is as for [Debounce].
func Throttle[T any](
	ctx context.Context,
	in <-chan T,
	every time.Duration,
) <-chan T {
	return latest(ctx, in, func(_, last time.Time) time.Duration {
		return time.Until(last.Add(every))
	})
}

// latest sends the newest value of in when it is due. hold says how long from
// now that is, given when the first value came that was not sent, and when the
// last one was sent.
func latest[T any](
	ctx context.Context,
	in <-chan T,
	hold func(first, last time.Time) time.Duration,
) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		timer := time.NewTimer(0)
		defer timer.Stop()
		timer.Stop()
		var (
			pending     T
			due         chan<- T // out once pending may be sent, else nil
			first, last time.Time
		)
		for in != nil || due != nil {
			select {
			case v, open := <-in:
				if !open {
					in = nil
					if !first.IsZero() {
						due = out
					}
					continue
				}
				if first.IsZero() {
					first = time.Now()
				}
				pending, due = v, nil
				timer.Reset(hold(first, last))
			case <-timer.C:
				due = out
			case due <- pending:
				first, last, due = time.Time{}, time.Now(), nil
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
