// Package job runs exports for customers.
//
// Err says that a ctx was cancelled, and the cause says why. So whoever cancels
// gives a cause, and Run asks for it once, when work has failed, and before its
// own cancel. It is the first cause that counts; what comes later changes
// nothing.
//
// A ctx has one parent, and this one has to end with two. AfterFunc starts a
// goroutine when server ends, and not before: nobody waits until then. server
// has an entry for it, and lives for weeks, so stop takes it off on every
// return. It is of no matter whether the function has begun by then, as cancel
// may be called twice.
//
// When server has ended already, the function runs in a while. work would begin
// before that; hence the look at both in the beginning.
package job

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrTooLong says that a job was ended because it took too long.
var ErrTooLong = errors.New("the job took too long")

// Run calls work, and returns when work does. The ctx of work has the values of
// ctx, which is that of the customer. It ends when ctx ends, when server ends,
// or after limit.
//
//   - Run returns nil if work does.
//   - If work fails after its ctx has ended, errors.Is finds two errors in the
//     one that Run returns: that of work, and what ended its ctx, which is the
//     cause of ctx, the cause of server, or [ErrTooLong].
//   - If work fails before that, its error is returned, and says nothing of
//     these.
//   - If ctx or server has ended before, work is not called, and Run returns
//     the cause.
//   - When Run has returned, the ctx of work has ended, and server, which lives
//     long, holds nothing of it.
func Run(
	ctx, server context.Context,
	limit time.Duration,
	work func(ctx context.Context) error,
) error {
	for _, c := range []context.Context{ctx, server} {
		if c.Err() != nil {
			return fmt.Errorf("not begun: %w", context.Cause(c))
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(server, func() { cancel(context.Cause(server)) })
	defer stop()
	ctx, end := context.WithTimeoutCause(ctx, limit, ErrTooLong)
	defer end()
	err := work(ctx)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}
