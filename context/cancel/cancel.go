// Package cancel shows how a cancellation travels down the tree of contexts,
// what it does not do by itself, and three ways to rely on that. It belongs to
// part 4.2 of the guide.
//
// Each ctx but the root has one parent. A cancellation goes down to all below,
// never up and never sideways. It only closes channels: it ends no goroutine,
// and it does not wait for one:
//
//	handler                        goroutine
//	                               render(tile 1)
//	cancel()
//	// every ctx below has ended
//	return                         render(tile 2)   // for whom?
//	                               render(tile 3)
//
// When cancel returns, all contexts below that package context made have
// ended, in no order that one may rely on. What AfterFunc started, and what is
// below a ctx of a foreign type, follows on a goroutine of its own.
//
// ctx.Err says how a ctx ended (Canceled or DeadlineExceeded), context.Cause
// says why, and the first cause stays: a child that was cancelled before its
// parent keeps its own, and a second cancel changes nothing.
//
// # What to write
//
//   - A loop of CPU work asks ctx.Err between two pieces ([Each]). That is an
//     atomic load, so only a loop whose turns take nanoseconds needs to ask
//     less often.
//   - Whoever cancels a goroutine also waits for it, before touching what it
//     touches ([Go]).
//   - defer cancel() belongs to the function that uses the ctx. In a loop, give
//     each turn a function of its own ([DeferInLoop]).
//   - Give a cause when there is something to say, and let it wrap
//     context.Canceled, so that errors.Is still finds that.
//   - A cancellation that one has asked for is no failure: do not log it as
//     one. [Go]'s stop returns nil for it.
//
// # What finds it
//
// The race detector sees what a goroutine goes on writing after cancel
// ([NoWait]). goleak and synctest see one that goes on for long ([Deaf]), not
// one that ends by itself a moment later. A ctx that is kept too long holds a
// timer and some memory, and only a test that looks sees that.
package cancel

import (
	"context"
	"errors"
	"fmt"
)

// errStopped is the cause of [Go]'s stop.
var errStopped = fmt.Errorf("stopped: %w", context.Canceled)

// Each calls work for each item, in order, and returns its first error. It
// begins no item once ctx has ended: then it returns ctx's cause and says how
// many items are done. It is for work that does not wait for anything; work
// that does takes a ctx of its own.
func Each[T any](
	ctx context.Context,
	items []T,
	work func(T) error,
) error {
	for i, item := range items {
		if ctx.Err() != nil {
			return fmt.Errorf("%d of %d items done: %w",
				i, len(items), context.Cause(ctx))
		}
		if err := work(item); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	return nil // also if ctx ended during the last item: the work is done
}

// Go runs work in a goroutine. The caller must call stop, which cancels work's
// ctx, waits until work has returned, and returns its error, but nil if work
// ended because of stop. It may be called by several goroutines, and again,
// and always returns the same. work must heed its ctx, or stop waits long.
func Go(
	ctx context.Context,
	work func(context.Context) error,
) (stop func() error) {
	ctx, end := context.WithCancelCause(ctx)
	done := make(chan struct{})
	var err error // written before done is closed, read after
	go func() {
		defer close(done)
		err = work(ctx)
		end(context.Canceled) // a stop from now on is not the reason
	}()
	return func() error {
		end(errStopped)
		<-done
		stopped := errors.Is(context.Cause(ctx), errStopped)
		if stopped && errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
}
