// Package fanin merges many channels into one, and shows three ways to close
// that one wrongly. It belongs to part 3.4 of the guide.
//
// To forward is easy: a goroutine for each input. What goes wrong is the end.
// No forwarder is the last one by its own knowledge, so none of them may
// close the output:
//
//	forwarder of a                 forwarder of b
//	// a is closed
//	close(out)
//	                               out <- v   // panic: send on closed channel
//
// # What to write
//
// [Merge]. The forwarders only send; one more goroutine waits for all of them
// and closes. Every receive and every send stands in a select with ctx.Done,
// for the consumer may leave while a forwarder holds a value for it.
//
// A closed output means that no more values come. It does not mean that all
// have come: ask ctx.Err after the loop.
//
// # What finds it
//
// A wrong close panics on a goroutine that nobody recovers on, so the process
// ends ([ClosedByEvery], [ClosedOnCancel]). To the race detector a close is a
// write and a send a read: it reports the two where nothing puts them in
// order, also in a run that does not panic. Two closes it never reports, for
// the second panics before it writes. A missing close is a consumer that waits
// for ever ([ClosedByNone]).
package fanin

import (
	"context"
	"sync"
)

// Merge sends every value of every input and closes the channel that it
// returns when all inputs are closed, or when ctx ends. The values of one
// input keep their order; those of two inputs have none.
//
// The consumer receives until the channel is closed, or cancels ctx and may
// leave at any time. When ctx ends, a value that was on its way is lost, one
// for each input at most. What the inputs still hold stays there: their
// senders must look at a ctx as well.
//
// It costs a goroutine for each input, and one more. Nothing is buffered: the
// inputs are read as fast as the consumer receives. A nil input stays open.
func Merge[T any](ctx context.Context, ins ...<-chan T) <-chan T {
	out := make(chan T)
	var wg sync.WaitGroup
	for _, in := range ins {
		wg.Go(func() { forward(ctx, in, out) })
	}
	go func() {
		wg.Wait() // returns after cancel too: forward looks at ctx
		close(out)
	}()
	return out
}

// forward sends what it receives, until in is closed or ctx ends.
func forward[T any](ctx context.Context, in <-chan T, out chan<- T) {
	for {
		var v T
		var ok bool
		select {
		case v, ok = <-in:
			if !ok {
				return
			}
		case <-ctx.Done():
			return
		}
		select {
		case out <- v:
		case <-ctx.Done():
			return
		}
	}
}
