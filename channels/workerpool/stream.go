package workerpool

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
)

// ahead is how many results, and in Ordered how many jobs, may wait in a
// channel. Room there is what makes a channel cheap: a goroutine that finds
// something need not be put to sleep and woken.
const ahead = 128

// Unordered calls do for each value of in, at most workers at once, and yields
// each result, or its error, as soon as there is one. The loop ends when in is
// closed and the last result was yielded, or with ctx: then the last pair has
// ctx's cause. A panic of do is a [*PanicError].
//
// An error does not end the loop; break does. Then, as when ctx ends, the ctx
// of the running calls is cancelled, no further call starts, and the loop is
// over when they have returned. What was received from in and not yielded is
// dropped: at most one job a worker, and 129 results. Whoever sends to in
// should select on a ctx that is cancelled after the loop.
func Unordered[T, R any](
	ctx context.Context,
	workers int,
	in <-chan T,
	do func(context.Context, T) (R, error),
) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		open := func(ctx context.Context, _ *sync.WaitGroup) source[T] {
			return func() (job[T], bool) {
				v, ok := receive(ctx, in)
				return job[T]{value: v}, ok
			}
		}
		err := run(ctx, workers, open, do, func(r result[R]) bool {
			return yield(r.value, r.err)
		})
		if err != nil {
			yield(*new(R), err)
		}
	}
}

// Ordered is [Unordered], but for the order: results come as their jobs came.
// So a slow job holds up what was started after it. Two pages of 128 jobs (or
// of as many as there are workers, if that is more) are open at a time: when all
// other jobs in them are done, no further job is received until the slow one is.
// More may be dropped than by Unordered: all that is in its two pages.
func Ordered[T, R any](
	ctx context.Context,
	workers int,
	in <-chan T,
	do func(context.Context, T) (R, error),
) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		page := max(ahead, workers)
		pages := make(chan struct{}, 2) // a token for each page in use
		open := func(ctx context.Context, wg *sync.WaitGroup) source[T] {
			jobs := make(chan job[T], ahead)
			wg.Go(func() { number(ctx, in, jobs, page, pages) })
			return func() (job[T], bool) { return receive(ctx, jobs) }
		}
		type slot struct {
			result[R]
			full bool
		}
		waiting := make([]slot, cap(pages)*page)
		next := 0 // index of the next result to yield
		err := run(ctx, workers, open, do, func(r result[R]) bool {
			waiting[r.index%len(waiting)] = slot{r, true}
			for {
				s := &waiting[next%len(waiting)]
				if !s.full || ctx.Err() != nil {
					return true
				}
				r, *s = s.result, slot{}
				if !yield(r.value, r.err) {
					return false
				}
				if next++; next%page == 0 {
					<-pages
				}
			}
		})
		if err != nil {
			yield(*new(R), err)
		}
	}
}

type job[T any] struct {
	index int // only Ordered counts
	value T
}

type result[R any] struct {
	index int
	value R
	err   error
}

// A source returns the next job, or false when there is none, or ctx ended.
type source[T any] func() (job[T], bool)

// run starts the workers and gives emit their results until the jobs end, emit
// returns false, or ctx ends; it returns ctx's cause only in the last case.
// When run returns, all that it started has ended.
func run[T, R any](
	ctx context.Context,
	workers int,
	open func(context.Context, *sync.WaitGroup) source[T],
	do func(context.Context, T) (R, error),
	emit func(result[R]) bool,
) error {
	if workers < 1 {
		return fmt.Errorf("%w, got %d", ErrWorkers, workers)
	}
	inner, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	next := open(inner, &wg)
	results := make(chan result[R], ahead)
	var work func()
	work = func() {
		var r result[R]
		busy := false
		defer func() {
			if !busy {
				return
			}
			// do has ended this goroutine: another one takes over. One
			// deferred call a worker, not one a job, for that costs.
			r.err = ErrGoexit
			if v := recover(); v != nil {
				r.err = &PanicError{Value: v, Stack: debug.Stack()}
			}
			wg.Go(work)
			send(inner, results, r)
		}()
		for {
			j, ok := next()
			if !ok || inner.Err() != nil {
				return
			}
			r, busy = result[R]{index: j.index}, true
			r.value, r.err = do(inner, j.value)
			busy = false
			if !send(inner, results, r) {
				return
			}
		}
	}
	for range workers {
		wg.Go(work)
	}
	ended := make(chan struct{})
	go func() {
		wg.Wait()
		close(results)
		close(ended)
	}()
	defer func() { cancel(); <-ended }() // also when emit panics

	for {
		r, ok := receive(inner, results)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !ok || !emit(r) {
			return nil
		}
	}
}

// number gives each value of in its index, until in is closed or ctx ends. It
// takes a token before each page, so that no two jobs share a place in waiting.
func number[T any](
	ctx context.Context,
	in <-chan T,
	jobs chan<- job[T],
	page int,
	pages chan<- struct{},
) {
	defer close(jobs)
	for i := 0; ; i++ {
		if i%page == 0 && !send(ctx, pages, struct{}{}) {
			return
		}
		v, ok := receive(ctx, in)
		if !ok || !send(ctx, jobs, job[T]{i, v}) {
			return
		}
	}
}

// send and receive try without ctx first: a select of two channels locks both.

func send[T any](ctx context.Context, ch chan<- T, v T) bool {
	select {
	case ch <- v:
		return true
	default:
	}
	select {
	case ch <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

func receive[T any](ctx context.Context, ch <-chan T) (v T, ok bool) {
	select {
	case v, ok = <-ch:
		return v, ok
	default:
	}
	select {
	case v, ok = <-ch:
		return v, ok
	case <-ctx.Done():
		return v, false
	}
}
