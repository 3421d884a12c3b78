// Package fireandforget shows what becomes of a goroutine that nobody owns,
// and gives it an owner. It belongs to part 14 of the guide, anti-pattern 1.
//
// The guide says: no cancel and no wait, so it leaks. A leak is one of two
// ends. It is the end where the work hangs ([Welcome]). Where the work is only
// slow the process ends first, and what was promised is never done ([Serve]):
//
//	main                             goroutine
//	202 Accepted
//	                                 book("order 7")   // begins
//	server.Shutdown returns
//	return                           // gone, and order 7 with it
//
// One half of an owner is not enough. A cancel without a wait tells the
// goroutine to finish and does not let it ([StartFlush]). A wait without a
// cancel lets one hanging task hold up the process ([Imports.Close]).
//
// # What to write
//
// Who starts a goroutine can end it, waits until it has ended, and hears its
// error:
//
//   - The best goroutine is none. A function that does its work before it
//     returns leaves the go statement, and with it the wait, to its caller
//     ([Flush]).
//   - Work that goes on after the request was answered belongs to the server:
//     [Tasks.Go] where the go statement stood, [Tasks.Close] after
//     server.Shutdown.
//   - What must survive a crash is not a goroutine: store it, and answer then.
//
// A panic in such a goroutine ends the process, whatever net/http recovers:
// package goroutines/panics. More ways to leak are in package goroutines/leak,
// and what a task may take from the request's ctx is in package
// context/detached.
//
// # What finds it
//
// Static: goguide's own fireandforget reports [Welcome] and [Serve], where
// nothing that the goroutine has could end or await it. errcheck reports a go
// statement whose function returns an error ([Welcome]), and is content once a
// literal around it logs that error ([Serve]). The other linters of
// golangci-lint, all of them enabled, find nothing below; contextcheck and gosec
// object to a fresh context.Background in a goroutine, not to its having no
// owner. All miss half an owner, and a goroutine without a go statement:
// time.AfterFunc starts one, and its Stop neither waits for it nor keeps it
// from arming its timer again ([Heartbeat.Stop]).
//
// Dynamic: goleak, synctest and the goroutineleak profile see the goroutine
// that hangs, if the test lets it hang. For one that ends a little later than
// the test, and for a timer that fires for ever, they are silent. That takes an
// assertion: the work is done when the owner says so.
package fireandforget

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrClosed says that no more tasks are taken.
var ErrClosed = errors.New("tasks are closed")

// Tasks owns the work that goes on when a request has been answered. It may be
// used by many callers at once and must not be copied.
type Tasks struct {
	// Report hears the error of each task that fails, maybe of several at once.
	// It must be set.
	Report func(error)

	mu      sync.Mutex
	closed  bool
	started int
	cancels map[int]context.CancelCauseFunc // of those under way
	running sync.WaitGroup
}

// Go starts a task, or returns [ErrClosed]. The task gets ctx's values, but
// not its end, for a request's ctx ends with the answer. Its own ctx ends when
// Close has no more patience, and the task has to heed it.
func (t *Tasks) Go(
	ctx context.Context,
	task func(context.Context) error,
) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return ErrClosed
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	if t.cancels == nil {
		t.cancels = map[int]context.CancelCauseFunc{}
	}
	t.started++
	id := t.started
	t.cancels[id] = cancel
	t.running.Go(func() {
		defer t.leave(id)
		if err := task(ctx); err != nil {
			t.Report(err)
		}
	})
	return nil
}

// Close takes no more tasks and waits for those under way. When ctx ends it
// cancels them, with ctx's cause, waits for them all the same, and returns that
// cause. So no task outlives Close, and one that ignores its ctx holds it up.
func (t *Tasks) Close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { t.cancel(context.Cause(ctx)) })
	t.running.Wait()
	if !stop() {
		return fmt.Errorf("close tasks: %w", context.Cause(ctx))
	}
	return nil
}

func (t *Tasks) cancel(cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, cancel := range t.cancels {
		cancel(cause)
	}
}

func (t *Tasks) leave(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cancels[id](nil) // frees what the ctx holds
	delete(t.cancels, id)
}

// Flush calls flush at the given interval until ctx ends, and then once more:
// with ctx's values, and the interval as its time. It returns when the last
// flush does, so whoever waits for it loses nothing:
//
//	wg.Go(func() { Flush(ctx, time.Minute, metrics.Send) })
//	defer wg.Wait()
//
// flush reports its errors itself.
func Flush(
	ctx context.Context,
	every time.Duration,
	flush func(context.Context),
) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			flush(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), every)
			defer cancel()
			flush(last)
			return
		}
	}
}
