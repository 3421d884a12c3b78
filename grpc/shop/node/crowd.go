package node

import (
	"context"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/durationpb"
)

// A crowd is how many calls may run at once. A rate says what a service is
// expected to do in a second, and this what it can: on a machine that is slower
// than expected, or with a service behind that is, calls pile up at any rate, and
// each waits for all others.
type crowd chan struct{}

// comeBack is when who is refused should ask again.
const comeBack = 100 * time.Millisecond

// refuse is an interceptor that refuses a call which is one too many. Streams
// pass: they last, and the limit is to the work.
func (c crowd) refuse(next connect.ServerFunc) connect.ServerFunc {
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		if spec.StreamType != connect.StreamTypeUnary {
			return next(ctx, spec, stream)
		}
		select {
		case c <- struct{}{}:
			defer func() { <-c }()
			return next(ctx, spec, stream)
		default:
		}
		err := connect.NewError(connect.CodeResourceExhausted, "too many calls at once")
		info := &errdetails.RetryInfo{RetryDelay: durationpb.New(comeBack)}
		if d, derr := connectproto.NewErrorDetail(info); derr == nil {
			err = err.WithDetail(d)
		}
		return err
	}
}
