package breaker

import (
	"context"
	"errors"
	"sync"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// GRPC is a client interceptor of grpc-go:
// grpc.WithChainUnaryInterceptor(breaker.GRPC).
func (b *Breaker) GRPC(
	ctx context.Context,
	method string,
	req, reply any,
	cc *grpc.ClientConn,
	next grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	report, err := b.allow()
	if err != nil {
		return err
	}
	code := codes.Canceled // of a panic, which says nothing about the server
	defer func() { report(code) }()
	err = next(ctx, method, req, reply, cc, opts...)
	code = status.Code(err)
	return err
}

// Connect is a client interceptor of connect-go: connect.NewClient(transport,
// breaker.Connect). Streams pass as they are.
func (b *Breaker) Connect(next connect.ClientFunc) connect.ClientFunc {
	return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
		if spec.StreamType != connect.StreamTypeUnary {
			return next(ctx, spec)
		}
		report, err := b.allow()
		if err != nil {
			return nil, refusal(err)
		}
		stream, err := next(ctx, spec)
		if err != nil {
			report(codeOf(err))
			return nil, err
		}
		return &watched{ClientStream: stream, report: report}, nil
	}
}

// watched is a call whose result is not known yet.
type watched struct {
	connect.ClientStream

	once   sync.Once
	report func(codes.Code)
}

func (w *watched) Send(msg any) error {
	err := w.ClientStream.Send(msg)
	if err != nil {
		w.once.Do(func() { w.report(codeOf(err)) })
	}
	return err
}

func (w *watched) Receive(msg any) error {
	err := w.ClientStream.Receive(msg)
	w.once.Do(func() { w.report(codeOf(err)) })
	return err
}

// Close is the end of a call that was given up as well.
func (w *watched) Close() error {
	w.once.Do(func() { w.report(codes.Canceled) })
	return w.ClientStream.Close()
}

func codeOf(err error) codes.Code {
	if err == nil {
		return codes.OK
	}
	return codes.Code(connect.CodeOf(err))
}

func refusal(err error) error {
	answer := connect.NewError(connect.CodeUnavailable, err.Error()).WithCause(err)
	if r, ok := errors.AsType[Refused](err); ok {
		if detail, derr := connectproto.NewErrorDetail(r.info()); derr == nil {
			answer = answer.WithDetail(detail)
		}
	}
	return answer
}
