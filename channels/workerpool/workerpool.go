// Package workerpool runs jobs on a fixed number of goroutines, and shows a
// pool that works until the 211th job. It belongs to part 3.4 of the guide.
//
// The guide's pool sends all jobs before it receives the first result:
//
//	caller                         10 workers
//	jobs <- 1 … 210                // 100 results are buffered,
//	                               // 10 more wait to be sent,
//	                               // 100 jobs are buffered
//	jobs <- 211                    // no room: for ever
//	<-results                      // never reached
//
// It holds as many jobs as both buffers and all workers together. Such a pool
// passes every test with a short list. [SendAllFirst] has the same form with its
// sizes as parameters, and the tests prove that bound, exactly.
//
// # What to write
//
// Somebody must receive while somebody sends. Here the workers receive the
// jobs, the caller's own loop receives the results, and neither side waits
// until the other is done.
//
//   - The jobs are in a slice: [Map]. No channel is needed; an index that all
//     workers count up hands out the jobs. The first error ends the rest.
//   - The jobs come over a channel: [Unordered], or [Ordered] where results
//     must come in the order of the jobs. The loop decides about errors: return
//     at the first, or collect all.
//
// A pool bounds what runs at once. It is no way to start goroutines cheaper: if
// the number of jobs is small and known, start one goroutine each (errgroup).
// A job of some nanoseconds is not worth a channel operation: send batches, or
// use Map.
//
// # What it costs
//
// One job that does nothing, two workers, as a multiple of the floor: the same
// calls in two goroutines that share nothing, some 3 ns a job. The README of
// channels has other libraries beside it.
//
//	Map over a slice                               1.8
//	Unordered, with the channel that brings jobs   25 to 36
//	Ordered, likewise                              36 to 55
//
//	cd tools/bench && GOWORK=off go test -run='^$' -bench=Pool -benchtime=6s
//
// Neither Unordered nor Ordered allocates for each job.
//
// # What finds it
//
// In a test, synctest sees a pool whose goroutines are all blocked. The
// runtime's own deadlock report needs a build without cgo, in which nothing runs
// and nothing waits for a timer or the network: a server always does. The
// goroutineleak profile works there too.
package workerpool

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// ErrWorkers says that a pool was asked for with fewer than one worker.
var ErrWorkers = errors.New("workerpool: need at least one worker")

// ErrGoexit says that a job ended its goroutine by runtime.Goexit, as
// t.FailNow does. The pool goes on with another goroutine.
var ErrGoexit = errors.New("workerpool: job called runtime.Goexit")

// A PanicError is the panic of a job.
type PanicError struct {
	Value any    // what panic was called with; never nil
	Stack []byte // of the worker at the panic, as debug.Stack returns it
}

// Error returns "panic: " and the value, without the stack; print Stack apart.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Map calls do for each element of in, at most workers at once, and returns
// the results in the order of in.
//
// The first error cancels the ctx of the other calls; Map starts no more,
// waits for those that run, and returns it. The end of ctx does the same, and
// its cause is the error. A panic of do is a [*PanicError].
func Map[T, R any](
	ctx context.Context,
	workers int,
	in []T,
	do func(context.Context, T) (R, error),
) ([]R, error) {
	if workers < 1 {
		return nil, fmt.Errorf("%w, got %d", ErrWorkers, workers)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := make([]R, len(in))
	var next atomic.Int64
	work := func() error {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= len(in) {
				break
			}
			var err error
			if out[i], err = do(ctx, in[i]); err != nil {
				return err
			}
		}
		return nil
	}
	var wg sync.WaitGroup
	for range min(workers, len(in)) {
		wg.Go(func() {
			err := ErrGoexit // unless work returns or panics
			defer func() {
				if v := recover(); v != nil {
					err = &PanicError{Value: v, Stack: debug.Stack()}
				}
				if err != nil {
					cancel(err)
				}
			}()
			err = work()
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return out, nil
}
