// Package ordone ranges over a channel that its sender may never close, and
// shows two ways not to get out of that loop. It belongs to part 3.4 of the
// guide.
//
// for v := range c ends when c is closed, and for no other reason. While the
// sender is silent, the loop cannot look at anything else:
//
//	receiver                       sender
//	for e := range events          // waits for its backend
//	cancel()  // by the caller
//	          // for ever
//
// # What to write
//
// [Range], an iterator with ctx.Done beside the receive. The body of the loop
// stays on the caller's goroutine, break and return work as in any loop, and
// there is nothing to clean up.
//
// The book "Concurrency in Go" (K. Cox-Buday, 2017, chapter 4) has a function
// for it, for Go had no iterators then:
//
//	for e := range orDone(done, events)
//
// It needs a goroutine and a second channel for each such loop: every value
// makes one hop more, a value that orDone has taken is lost when the loop
// ends, and a break leaves the goroutine behind until done is closed. Its inner
// send also needs a select of its own, which is what copies of it lose
// ([OrDone]). One value, as a multiple of a plain range over a channel that is
// full (19 ns), measured on a 2-core AMD EPYC:
//
//	for v := range c                 1
//	for v := range Range(ctx, c)     3.1
//	for v := range orDone(done, c)   15 to 18
//
//	go test -run='^$' -bench=Range -count=4 ./ordone
//
// To leave is one half. A sender that heeds no ctx waits for you still: where it
// is known to end, [Drain] lets it.
//
// # What finds it
//
// A loop that waits on the caller's goroutine is a hang, and the deadlock
// report, the goroutineleak profile and synctest name its line
// ([TailUntilClosed]). One that waits on a goroutine of its own is a leak
// ([OrDone]). Both only in a test whose sender falls silent at the right value.
package ordone

import (
	"context"
	"iter"
)

// Range yields the values of in until in is closed or ctx ends. It starts no
// goroutine and closes nothing. Once ctx has ended it begins no further
// receive, also if a value is ready. After the loop, ctx.Err tells the two ends
// apart; if it is not nil, values may be left in the channel, and its sender
// must look at a ctx as well.
func Range[T any](ctx context.Context, in <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ctx.Err() == nil { // of two that are ready, select takes any
			select {
			case v, ok := <-in:
				if !ok || !yield(v) {
					return
				}
			case <-ctx.Done():
			}
		}
	}
}

// Drain receives and drops what is left in the channel, until it is closed or
// ctx ends, and reports whether it was closed. It frees a sender that heeds no
// ctx: run it on a goroutine of its own, with a ctx that bounds it, for the
// sender alone decides how long it takes.
func Drain[T any](ctx context.Context, in <-chan T) (closed bool) {
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return true
			}
		case <-ctx.Done():
			return false
		}
	}
}
