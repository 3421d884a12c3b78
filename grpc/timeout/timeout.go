// Package timeout bounds on the server how long a call may take: for callers who
// set no deadline, and for those who set one that is absurd. It has interceptors
// for connect-go and for grpc-go, and belongs to part 9.4 of the guide.
//
// A call takes as long as its caller says, and by default a caller says nothing:
// neither library has a timeout of its own. A call that waits for a lock, or for
// a server that is gone, then holds its goroutine, its message and its
// transaction until the process ends. A caller may also say 292 years, which is
// what a deadline is that was computed wrongly.
//
// # What to write
//
// One interceptor that derives the ctx of each call ([Limits]): a Default for
// calls that come without a deadline, and Max for those whose deadline is later.
// It can only bring a deadline forward. It adds none to streams, which may live
// for hours.
//
// The rest is the handler's: all that it calls takes its ctx, a loop asks
// ctx.Err, and a wait is a select with ctx.Done. Nothing else ends it. A handler
// that does not look at its ctx runs on, whatever the interceptor does
// ([IgnoresCtx]).
//
// An interceptor that answers in its place makes that worse ([AnswersFirst]). It
// must run the handler on a goroutine of its own, which goes on when the answer
// is out: it writes into headers that the library is sending, its panics end the
// process, and what the server counts as calls is no longer what runs. For
// something old without a ctx, do that inside of the handler, with what shares
// nothing with the answer: a goroutine that sends its one result to a channel
// with room for it.
//
//	interceptor                  handler
//	<-ctx.Done()
//	return DEADLINE_EXCEEDED
//	                             header.Set("X-Rows", …)
//	send header                                            // at the same time
//
// # What finds it
//
// The race detector sees the second writer, if a test has one: it must make the
// handler come too late and wait for it. A handler that ignores its ctx is a
// hang where its caller runs it himself, as in connect's transport in process,
// and synctest, the goroutineleak profile and the runtime's deadlock check see it
// there. Over a network the caller leaves, and the handler stays.
package timeout

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
)

// Limits are how long calls may take.
type Limits struct {
	// Default is for calls without a deadline, and Max for all.
	Default, Max time.Duration
}

// New returns limits: a default, and the most.
func New(def, most time.Duration) (*Limits, error) {
	if def <= 0 || most < def {
		return nil, fmt.Errorf("timeout: %v by default and at most %v: "+
			"expected some time, and no less than that", def, most)
	}
	return &Limits{Default: def, Max: most}, nil
}

// bound derives the ctx of a call.
func (l *Limits) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithTimeout(ctx, l.Max) // or the caller's, if that is sooner
	}
	return context.WithTimeout(ctx, l.Default)
}

// Connect is a server interceptor of connect-go:
// connect.NewServer(limits.Connect).
func (l *Limits) Connect(next connect.ServerFunc) connect.ServerFunc {
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		if spec.StreamType != connect.StreamTypeUnary {
			return next(ctx, spec, stream)
		}
		ctx, cancel := l.bound(ctx)
		defer cancel()
		return next(ctx, spec, stream)
	}
}

// GRPC is a server interceptor of grpc-go: grpc.ChainUnaryInterceptor(limits.GRPC).
func (l *Limits) GRPC(
	ctx context.Context,
	req any,
	_ *grpc.UnaryServerInfo,
	next grpc.UnaryHandler,
) (any, error) {
	ctx, cancel := l.bound(ctx)
	defer cancel()
	return next(ctx, req)
}
