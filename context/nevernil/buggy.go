package nevernil

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// OptionalTimeout does the work, for so long if a timeout is configured.
// Compare [WithPatience].
func OptionalTimeout(
	timeout time.Duration,
	work func(context.Context) error,
) error {
	var ctx context.Context
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.Background(), timeout)
		defer cancel()
	}
	// BUG(panic): OptionalTimeout without a timeout passes nil: whoever first
	// derives from it panics, at the bottom of the work.
	return work(ctx)
}

// PingNil is a health check from the days before there was a ctx at hand.
func PingNil(db *sql.DB) error {
	// BUG(deadlock, hang, leakprofile, staticcheck): PingNil panics while
	// sql.DB's mutex is locked. If net/http recovers, all later requests hang.
	if err := db.PingContext(nil); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// A BlindQueue carries jobs to the goroutine that runs them. Compare [Queue].
type BlindQueue struct {
	jobs chan func()
}

// NewBlindQueue makes a queue that has room for so many jobs.
func NewBlindQueue(room int) *BlindQueue {
	return &BlindQueue{jobs: make(chan func(), room)}
}

// Put hands over a job, which will be run with ctx.
func (q *BlindQueue) Put(ctx context.Context, job func(context.Context)) {
	// BUG(panic): BlindQueue.Put takes a nil ctx. The panic comes later, on
	// the goroutine that runs the job: it ends the process and names no caller.
	q.jobs <- func() { job(ctx) }
}

// run runs the jobs until the queue is closed.
func (q *BlindQueue) run() {
	for job := range q.jobs {
		job()
	}
}

// AcquireRepaired takes one of the slots. Compare [Acquire].
//
// BUG(deadlock, hang, leakprofile, synctest, contextcheck): AcquireRepaired
// takes nil for Background: what would be a panic now waits, and nothing can
// stop it.
func AcquireRepaired(ctx context.Context, slots chan<- struct{}) error {
	if ctx == nil {
		ctx = context.Background()
	}
	return Acquire(ctx, slots)
}
