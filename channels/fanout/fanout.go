// Package fanout lets several goroutines consume one channel, and shows three
// ways in which one item stops or drowns the rest. It belongs to part 3.4 of
// the guide.
//
// A channel hands each value to one receiver, so workers that receive from the
// same channel share its values: who is free takes the next. That is all of
// fan-out while nothing fails. The first failure asks who tells the sender:
//
//	sender                         workers
//	                               err := ship(a); return err
//	                               err := ship(b); return err
//	queue <- c   // for ever
//
// # What to write
//
// [Each], and a ctx that ends with it. Each does not drain the channel after a
// failure, for a drain lasts as long as the sender likes. So every send of the
// sender stands in a select with ctx.Done, and whoever calls Each cancels that
// ctx when Each has returned, as the example does.
//
// The number of workers bounds what is in work. The channel bounds nothing: a
// buffer lets the sender run ahead by so many, and a goroutine for each item
// lets it run ahead for good ([GoroutinePerItem]).
//
// For results, or results in order, see package workerpool.
//
// # What finds it
//
// A sender that nobody reads from hangs, and all who look for that report it
// ([LeavingWorkers], [RoundRobin]); but only in a test in which every worker
// fails, or one is stuck. Too many goroutines are no error: it takes a test
// that counts, or a server that runs out of memory.
package fanout

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Each calls do for the values of in, on the given number of goroutines (below
// 1 counts as 1), until in is closed, a call fails or ctx ends. Each value is
// given to one call; calls run concurrently and in no order.
//
// The first error cancels the ctx of the other calls, which is why do must
// heed it. No further call begins, and Each returns that error when the last
// call is back. If ctx ends first, Each returns its cause, also if in was
// closed by then: a sender that heeds ctx closes a channel that is not
// complete. Nil means that in was closed and every value handled.
//
// Each closes nothing and does not drain in. After an error values may be left
// in it, one for each worker may have been dropped, and the sender must not
// wait for Each: have it select on a ctx that is cancelled when Each returns.
// A panic in do ends the process.
func Each[T any](
	ctx context.Context,
	workers int,
	in <-chan T,
	do func(context.Context, T) error,
) error {
	g, ctx := errgroup.WithContext(ctx)
	for range max(workers, 1) {
		g.Go(func() error { return work(ctx, in, do) })
	}
	return g.Wait()
}

func work[T any](
	ctx context.Context,
	in <-chan T,
	do func(context.Context, T) error,
) error {
	for {
		select {
		case v, ok := <-in:
			// Of two cases that are ready, select takes any: look at ctx
			// here too.
			if !ok || ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := do(ctx, v); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
