package ratelimit

import (
	"context"
	"errors"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/grpc"
)

// Connect is a server interceptor of connect-go: connect.NewServer(
// limiter.Connect). A stream is one call.
func (l *Limiter) Connect(next connect.ServerFunc) connect.ServerFunc {
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		if err := l.take(ctx); err != nil {
			return refusal(err)
		}
		return next(ctx, spec, stream)
	}
}

func refusal(err error) error {
	answer := connect.NewError(connect.CodeResourceExhausted, err.Error()).WithCause(err)
	if r, ok := errors.AsType[Refused](err); ok {
		if detail, derr := connectproto.NewErrorDetail(r.info()); derr == nil {
			answer = answer.WithDetail(detail)
		}
	}
	return answer
}

// GRPC is a server interceptor of grpc-go:
// grpc.ChainUnaryInterceptor(limiter.GRPC).
func (l *Limiter) GRPC(
	ctx context.Context,
	req any,
	_ *grpc.UnaryServerInfo,
	next grpc.UnaryHandler,
) (any, error) {
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	return next(ctx, req)
}

// GRPCStream is the same for streams, each of which is one call.
func (l *Limiter) GRPCStream(
	srv any,
	stream grpc.ServerStream,
	_ *grpc.StreamServerInfo,
	next grpc.StreamHandler,
) error {
	if err := l.take(stream.Context()); err != nil {
		return err
	}
	return next(srv, stream)
}
