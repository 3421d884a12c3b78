// Package semaphore shows how to bound what runs at once with
// golang.org/x/sync/semaphore, and four ways to lose the bound or the process.
// It belongs to part 2.4 of the guide.
//
// The guide's listing ignores the error of Acquire. Once ctx has ended, Acquire
// fails at once, and the task runs all the same: without a permit, and yet
// it gives one back. It is somebody else's. [IgnoredAcquire] is that listing:
//
//	loop                              task A, with the only permit
//	                                  do(a)
//	sem.Acquire(ctx, 1)
//	// ctx ends: an error, no permit
//	go task B                         // A and B at once
//	task B: sem.Release(1)            // the permit of A
//	                                  sem.Release(1)
//	                                  // panic: released more than held
//
// # What to write
//
// Acquire before the go statement and look at its error, Release in the
// goroutine by defer, and before returning wait for all that was started:
// [ForEach]. For a caller that should hear no rather than wait: [Shed].
//
// Ask in one call for all that a task will need. Who holds one permit and
// waits for a second, waits for others who do the same ([NestedAcquire]). More
// than there is will never be granted ([TooHeavy]).
//
// A Weighted serves in the order of the calls. A big request waits for its
// turn and is not overtaken by small ones that would fit: it does not starve.
// Permits stand idle meanwhile, and TryAcquire fails although some are free.
//
// # What is enough instead
//
// A Weighted is for weights that differ. If every task weighs one:
//
//   - The tasks return errors, and the first ends the rest: errgroup with
//     SetLimit, see the package errgroup beside this one.
//   - Else a channel of that capacity: [ForEachSlot].
//
// # What finds it
//
// errcheck finds the ignored error; at run time it is a panic, and only on the
// day that ctx ends. A wait without end is a deadlock in a test, and in a
// server a request that never returns. A bound that bounds something else is
// found by counting ([AcquireInside]).
package semaphore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"golang.org/x/sync/semaphore"
)

// ErrBusy says that all permits are in use.
var ErrBusy = errors.New("busy")

// ForEach calls do for each item on a goroutine of its own, while the weights
// of those that run add up to at most the budget (below 1 it counts as 1). An
// item that weighs more than the budget runs alone. It takes an item from
// items only when it has begun the one before.
//
// When ctx ends, ForEach begins nothing more and returns ctx's error. In any
// case it returns only after every call of do has. A negative weight panics.
func ForEach[T any](
	ctx context.Context,
	items iter.Seq[T],
	budget int64,
	weigh func(T) int64,
	do func(context.Context, T),
) error {
	budget = max(budget, 1)
	sem := semaphore.NewWeighted(budget)
	var tasks sync.WaitGroup
	defer tasks.Wait()
	for item := range items {
		weight := min(weigh(item), budget)
		if err := sem.Acquire(ctx, weight); err != nil {
			return fmt.Errorf("waiting for a permit: %w", err)
		}
		tasks.Go(func() {
			defer sem.Release(weight)
			do(ctx, item)
		})
	}
	return nil
}

// ForEachSlot is [ForEach] for items that weigh one each: at most limit run at
// once (below 1 it counts as 1). A select chooses at random where Acquire
// prefers the end of ctx: while slots are free, it may begin a few items more
// after that end.
func ForEachSlot[T any](
	ctx context.Context,
	items iter.Seq[T],
	limit int,
	do func(context.Context, T),
) error {
	slots := make(chan struct{}, max(limit, 1))
	var tasks sync.WaitGroup
	defer tasks.Wait()
	for item := range items {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("waiting for a slot: %w", ctx.Err())
		}
		tasks.Go(func() {
			defer func() { <-slots }()
			do(ctx, item)
		})
	}
	return nil
}

// Shed runs f if a permit is free, and returns [ErrBusy] at once if none is:
// for a handler, a 503 now is better than a timeout later. Many may call it at
// once.
func Shed(sem *semaphore.Weighted, f func() error) error {
	if !sem.TryAcquire(1) {
		return ErrBusy
	}
	defer sem.Release(1)
	return f()
}
