// Package job runs exports for customers.
//
// # What people see
//
// At night an operator is called: 200 exports have failed, with "context
// canceled". Have the customers left, has the server been restarted, or did the
// exports take too long? Nobody can tell; the first is nobody's business, the
// second asks for another attempt, and the third for a mend. What is more, the
// server needs a little more memory with every export that it has run.
//
// # Your task
//
// Write Run, as its comment says. The test is the specification.
package job

import (
	"context"
	"errors"
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
	panic("Run is yours to write")
}
