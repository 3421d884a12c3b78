package retry

import (
	"context"
	"sync/atomic"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// pushback is the name of the trailer by which a server says when to come back,
// in milliseconds, or never: "-1". It is gRFC A6's.
const pushback = "grpc-retry-pushback-ms"

// givenUp is the key of what a server knows of a call of its own: a *atomic.Bool.
type givenUp struct{}

func giveUp(ctx context.Context) {
	if mark, ok := ctx.Value(givenUp{}).(*atomic.Bool); ok {
		mark.Store(true)
	}
}

// ConnectServer is a server interceptor of connect-go for a server that calls
// others: where one of its calls has been given up, its own failure says that it
// is not to be repeated.
func ConnectServer(next connect.ServerFunc) connect.ServerFunc {
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		mark := new(atomic.Bool)
		err := next(context.WithValue(ctx, givenUp{}, mark), spec, stream)
		if info, ok := connect.CallInfoForServerContext(ctx); ok && err != nil && mark.Load() {
			info.ResponseTrailer().Set(pushback, "-1")
		}
		return err
	}
}

// GRPCServer is the same for grpc-go.
func GRPCServer(
	ctx context.Context,
	req any,
	_ *grpc.UnaryServerInfo,
	next grpc.UnaryHandler,
) (any, error) {
	mark := new(atomic.Bool)
	res, err := next(context.WithValue(ctx, givenUp{}, mark), req)
	if err != nil && mark.Load() {
		_ = grpc.SetTrailer(ctx, metadata.Pairs(pushback, "-1")) // fails outside of a server
	}
	return res, err
}
