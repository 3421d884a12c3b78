package chain

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect/v2"
)

// lost is the innermost interceptor of a client. A connection that the other end
// has reset, as that of a process that was killed, is CANCELLED to connect-go
// v2.0.2, as if the caller had left: package retry would not try again, and
// package breaker not count it. Here it is what gRPC says of it, UNAVAILABLE.
func lost(next connect.ClientFunc) connect.ClientFunc {
	return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
		stream, err := next(ctx, spec)
		if err != nil {
			return nil, corrected(ctx, err)
		}
		return lostStream{stream, ctx}, nil
	}
}

type lostStream struct {
	connect.ClientStream

	ctx context.Context //nolint:containedctx // of one call
}

func (s lostStream) Send(msg any) error { return corrected(s.ctx, s.ClientStream.Send(msg)) }

func (s lostStream) Receive(msg any) error { return corrected(s.ctx, s.ClientStream.Receive(msg)) }

// corrected mends an error that says that the caller has left, where it has
// not.
func corrected(ctx context.Context, err error) error {
	e, ok := errors.AsType[*connect.Error](err)
	if !ok || e.IsRemote() || e.Code() != connect.CodeCanceled || ctx.Err() != nil {
		return err
	}
	return connect.NewError(connect.CodeUnavailable, "the connection was lost").
		WithCause(fmt.Errorf("lost: %w", err))
}
