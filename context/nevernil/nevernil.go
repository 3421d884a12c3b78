// Package nevernil shows what a nil ctx does: it panics, though elsewhere than
// where it was made, and it may take a connection pool with it. It belongs to
// part 4.3 of the guide, rule 3: never pass nil, use context.TODO if unsure.
//
// A Context is an interface, and its zero value has no methods to call. Hardly
// anybody writes nil; it comes from a variable that one branch sets, or from a
// field that was not set yet. What then happens is up to who meets it first:
//
//	context.WithCancel, WithValue       panic, with a text that says so
//	context.AfterFunc, ctx.Done()       panic, nil pointer dereference
//	http.NewRequestWithContext          returns an error
//	Request.WithContext                 panic
//	exec.CommandContext                 panic
//	net.Dialer's DialContext            panic
//	database/sql                        panic, with the pool locked
//	slog                                takes it for Background
//
// The last but one is the worst. net/http recovers a handler's panic, as a
// server should, and sql.DB's mutex stays locked:
//
//	one request                         all others
//	db.PingContext(nil)
//	    db.mu.Lock()
//	    ctx.Done() panics
//	net/http recovers
//	                                    db.PingContext(ctx)
//	                                        db.mu.Lock()   // for ever: a
//	                                        // mutex heeds no deadline
//
// # What to write
//
//   - Where a ctx may or may not get a deadline, begin with the one that is
//     there ([WithPatience]). A var ctx context.Context is a nil in waiting.
//   - Where no ctx is there yet, context.TODO(): it works like Background, and
//     a search finds what is left to do.
//   - A library does not check for nil where it uses ctx at once: the panic
//     comes in time, with the caller in its stack ([Acquire]).
//   - It does check where it hands ctx to another goroutine: there the caller
//     would be in no stack, and no recover of his would help ([Queue.Put]).
//   - It does not turn nil into Background. The caller meant some ctx; without
//     it nothing can stop the call ([AcquireRepaired]). For slog that is no
//     matter: a log handler reads values from ctx and waits for nothing.
//
// A nil pointer to a type of your own, in a Context, is not nil to any check.
//
// # What finds it
//
// staticcheck's SA1012 finds a nil that stands in the call as a literal, and
// contextcheck the repair. For the rest it takes the panic, in the first test
// that goes that way. A pool that stays locked is a deadlock. The goroutineleak
// profile sees it only where nothing else holds the pool, and in a server main
// does.
package nevernil

import (
	"context"
	"fmt"
	"time"
)

// WithPatience returns ctx with a timeout, or without one if d is not
// positive. Call cancel in either case.
func WithPatience(
	ctx context.Context,
	d time.Duration,
) (_ context.Context, cancel context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// Acquire takes one of the slots; without an error, the caller gives it back
// by a receive. A nil ctx panics, here, on the caller's goroutine.
func Acquire(ctx context.Context, slots chan<- struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("acquire: %w", context.Cause(ctx))
	}
}

// A Queue carries jobs to the goroutine that runs them.
type Queue struct {
	jobs chan func()
}

// NewQueue makes a queue that has room for so many jobs.
func NewQueue(room int) *Queue { return &Queue{jobs: make(chan func(), room)} }

// Put hands over a job, which will be run with ctx. While the queue is full it
// waits, no longer than ctx lives. It panics if ctx is nil.
func (q *Queue) Put(ctx context.Context, job func(context.Context)) error {
	if ctx == nil {
		panic("nevernil: Put with a nil ctx")
	}
	select {
	case q.jobs <- func() { job(ctx) }:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("put: %w", context.Cause(ctx))
	}
}

// Run runs the jobs, one after another, until its own ctx ends, and returns
// the cause. Jobs that are in the queue then stay there.
func (q *Queue) Run(ctx context.Context) error {
	for {
		select {
		case job := <-q.jobs:
			job()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
