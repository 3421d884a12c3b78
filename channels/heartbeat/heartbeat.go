// Package heartbeat has a worker prove that it gets on, and somebody notice
// when it does not. It shows three ways to have a heartbeat that proves
// nothing, raises false alarms, or stops the work itself. It is an addition to
// part 3 of the guide.
//
// A worker that waits for something that never comes does not crash and logs
// nothing. A heartbeat makes that visible, if it comes from the worker's own
// loop. A ticker in a goroutine of its own proves that tickers work:
//
//	worker                      ticker beside it          watcher
//	handle(job)
//	  waits for a lock
//	                            pulse                     all is well
//	                            pulse                     all is well
//	  waits for the lock        pulse                     all is well
//
// # What to write
//
//   - The worker beats between two pieces of work, and while it waits for the
//     next one ([Each]). A piece that may take longer than the watcher's
//     patience beats on its own, after each step.
//   - A beat never blocks: it is a send in a select with default, to a channel
//     with room for one. A watcher that is late finds that beat; further ones
//     would tell it nothing new.
//   - The watcher's timer starts anew with each beat, which makes it a limit
//     for each piece of work and none for the whole ([Watch]).
//
// Watch cancels the ctx of work that has stalled. Nothing in Go ends a
// goroutine from outside, so where the work does not heed its ctx, all that is
// left is to report it and to have the process restarted.
//
// # What finds it
//
// A beat that blocks is a deadlock in a test without a watcher. A heartbeat
// beside the work passes every test but the one in which the work stalls:
// write that one. A synctest bubble makes it as fast as the others.
package heartbeat

import (
	"context"
	"errors"
	"time"
)

// ErrStalled says that there was no heartbeat for too long.
var ErrStalled = errors.New("no heartbeat")

// Watch calls work on a goroutine of its own and returns its error. If beat is
// not called for as long as patience, Watch returns [ErrStalled] at once, and
// when ctx ends, the cause of that; both are the cause of work's own ctx then.
// Watch does not wait for work in these cases: its goroutine ends when work
// heeds its ctx.
//
// A beat costs one try to send, may come from any goroutine and never blocks.
func Watch(
	ctx context.Context,
	patience time.Duration,
	work func(ctx context.Context, beat func()) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pulse := make(chan struct{}, 1)
	beat := func() {
		select {
		case pulse <- struct{}{}:
		default: // the last one has not been looked at yet
		}
	}
	result := make(chan error, 1) // room for an error that nobody awaits
	go func() { result <- work(ctx, beat) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-pulse:
			timer.Reset(patience)
		case <-timer.C:
			if len(pulse) > 0 {
				continue // this loop was late, not the work
			}
			cancel(ErrStalled)
			return ErrStalled
		case err := <-result:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Each calls handle for every job, one after the other, until jobs is closed,
// and returns the first error, or the cause of ctx's end. It calls beat before
// each job and after the last, and at the given interval (which must be above
// 0) while there is none: an idle worker is alive. A job that may take longer
// than the watcher's patience calls beat too.
func Each[T any](
	ctx context.Context,
	jobs <-chan T,
	interval time.Duration,
	beat func(),
	handle func(ctx context.Context, job T) error,
) error {
	idle := time.NewTicker(interval)
	defer idle.Stop()
	for ctx.Err() == nil {
		beat()
		select {
		case job, open := <-jobs:
			if !open {
				return nil
			}
			beat() // it may have come just before the tick
			if err := handle(ctx, job); err != nil {
				return err
			}
		case <-idle.C:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}
