package deadline

import (
	"context"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
)

// Connect is a client interceptor of connect-go: connect.NewClient(transport,
// budget.Connect).
func (b Budget) Connect(next connect.ClientFunc) connect.ClientFunc {
	return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
		if spec.StreamType != connect.StreamTypeUnary {
			return next(ctx, spec)
		}
		ctx, cancel, err := b.Spend(ctx)
		if err != nil {
			return nil, connect.NewError(connect.CodeDeadlineExceeded, err.Error()).WithCause(err)
		}
		stream, err := next(ctx, spec)
		if err != nil {
			cancel()
			return nil, err
		}
		return bounded{stream, cancel}, nil
	}
}

// bounded is a call that has begun: next returns before it is sent.
type bounded struct {
	connect.ClientStream

	cancel context.CancelFunc
}

// Close is what [connect.Client.CallUnary] ends each call with.
func (s bounded) Close() error {
	defer s.cancel()
	return s.ClientStream.Close()
}

// GRPC is a client interceptor of grpc-go:
// grpc.WithChainUnaryInterceptor(budget.GRPC).
func (b Budget) GRPC(
	ctx context.Context,
	method string,
	req, reply any,
	cc *grpc.ClientConn,
	next grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	ctx, cancel, err := b.Spend(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return next(ctx, method, req, reply, cc, opts...)
}
