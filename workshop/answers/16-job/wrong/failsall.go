// The work is done. That its time was up as well is nobody's business any more.
//
// FAILS: The export is done, if late
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
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}
