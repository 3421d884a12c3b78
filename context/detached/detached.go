// Package detached is for work that must outlive the request that asked for
// it: an audit record, a webhook, a thumbnail. It shows how to hand such work
// over, and three ways to lose it. It belongs to part 4 of the guide.
//
// A request's ctx ends with the request, whether the client has left or has
// got its answer. net/http cancels it as soon as the handler returns, so what
// a handler starts with that ctx races with the handler's own end:
//
//	handler                        goroutine
//	go record(r.Context(), order)
//	w.WriteHeader(202)
//	return
//	// net/http cancels the ctx
//	                               POST /audit: context canceled
//
// The usual repair, a go statement with context.Background, loses the request
// ID and the trace, starts as many goroutines as there are requests, and at
// shutdown nobody knows that they exist.
//
// # What to write
//
//   - [context.WithoutCancel] (since Go 1.21) keeps the values of a ctx and
//     drops its cancellation and its deadline. The work now ends by itself or
//     not at all, so give it a timeout of its own.
//   - Hand it to a queue with a bound. When that is full the handler learns so
//     while it can still say 503 ([Queue.Submit]).
//   - At shutdown stop the server first and close the queue then: nobody
//     submits any more, and the queue empties ([Queue.Close]).
//
// In main, after the signal:
//
//	err := errors.Join(server.Shutdown(ctx), queue.Close(ctx))
//
// A value outlives what it stands for: a transaction found in a detached ctx
// is over, and all that the values refer to stays in memory until the job is
// done. And a queue in memory survives a shutdown, not a crash. What must not
// be lost even then is written to a database before the answer, as a row of the
// same transaction (an outbox).
//
// # What finds it
//
// Nothing but a test that looks at the ctx after the handler has returned. A
// handler that is called directly, with a request of httptest.NewRequest, does
// not show it: that ctx never ends. Serve the request by an http.Server; one
// on net.Pipe will do. Work that is left running at shutdown is seen by goleak
// and by synctest.
package detached

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// ErrFull says that a job was not accepted because as many wait already
	// as may wait.
	ErrFull = errors.New("queue is full")

	// ErrClosed says that a job was not accepted, or was cancelled, because
	// the queue is closed.
	ErrClosed = errors.New("queue is closed")

	// ErrUndone says that accepted jobs were not done.
	ErrUndone = errors.New("accepted jobs were not done")
)

// A Queue runs jobs that outlive the requests that submit them. All its
// methods may be called concurrently.
type Queue struct {
	timeout time.Duration
	report  func(context.Context, error)
	abort   context.CancelCauseFunc // ends the ctx of all jobs
	workers sync.WaitGroup
	undone  atomic.Int64 // jobs that were accepted and are not done

	mu     sync.Mutex // held to send and to close, so no send meets a close
	closed bool
	jobs   chan func(life context.Context)
}

// New returns a queue of that many workers (at least one) that lets size jobs
// wait. Each job has the timeout from its beginning. The error of a job, or its
// panic with the stack, goes to report with the job's values; report is called
// by several workers at once and must not panic. The workers end with
// [Queue.Close].
func New(
	workers, size int,
	timeout time.Duration,
	report func(context.Context, error),
) *Queue {
	life, abort := context.WithCancelCause(context.Background())
	q := &Queue{
		timeout: timeout,
		report:  report,
		abort:   abort,
		jobs:    make(chan func(context.Context), max(size, 0)),
	}
	for range max(workers, 1) {
		q.workers.Go(func() {
			for job := range q.jobs {
				job(life)
			}
		})
	}
	return q
}

// Submit hands do to a worker and does not wait: not for do, and not for room,
// for a request that waits in a full server makes it fuller. It returns nil
// when do is accepted, else [ErrFull] or [ErrClosed]. What do sees of ctx is
// its values alone. do must heed the ctx that it is given.
func (q *Queue) Submit(
	ctx context.Context,
	do func(context.Context) error,
) error {
	ctx = context.WithoutCancel(ctx)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	select {
	case q.jobs <- func(life context.Context) { q.run(life, ctx, do) }:
		q.undone.Add(1)
		return nil
	default:
		return ErrFull
	}
}

// Close accepts no more jobs and waits for those it has accepted. When ctx ends
// before, it cancels the running ones with the cause [ErrClosed], begins no
// other, and reports each of those; it still waits, until the running ones have
// returned.
//
// The error is nil if all jobs were done, an error or a panic of their own
// included. Else it is [ErrUndone] and says how many were cut off or not begun.
// Close may be called again, and then waits and returns the same. A job that
// calls it waits for itself.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.jobs) // what waits in it is still received
	}
	q.mu.Unlock()

	stop := context.AfterFunc(ctx, func() { q.abort(ErrClosed) })
	defer stop()
	q.workers.Wait()
	if n := q.undone.Load(); n > 0 {
		return fmt.Errorf("%w: %d", ErrUndone, n)
	}
	return nil
}

// run does one job. Its ctx has the values of ctx and ends with life.
func (q *Queue) run(
	life, ctx context.Context,
	do func(context.Context) error,
) {
	jobCtx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	stop := context.AfterFunc(life, func() { cut(context.Cause(life)) })
	defer stop()
	jobCtx, cancel := context.WithTimeout(jobCtx, q.timeout)
	defer cancel()

	err := context.Cause(life)
	if err == nil {
		err = safe(jobCtx, do)
	}
	if err != nil {
		q.report(ctx, err)
	}
	if err == nil || life.Err() == nil {
		q.undone.Add(-1)
	}
}

// safe is do with its panic as an error: one bad job must not end the server.
func safe(
	ctx context.Context,
	do func(context.Context) error,
) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return do(ctx)
}
