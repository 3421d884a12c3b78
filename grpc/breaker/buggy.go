package breaker

import (
	"context"

	"connectrpc.com/connect/v2"
	"github.com/sony/gobreaker/v2"
	"google.golang.org/grpc"
)

// CountsAll is a breaker with gobreaker's defaults. Compare [Breaker.GRPC].
func CountsAll() grpc.UnaryClientInterceptor {
	b := gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{Name: "users"})
	return func(
		ctx context.Context,
		method string,
		req, reply any,
		cc *grpc.ClientConn,
		next grpc.UnaryInvoker,
		opts ...grpc.CallOption,
	) error {
		_, err := b.Execute(func() (struct{}, error) {
			// BUG(test): CountsAll takes every error for the server's fault: one
			// client who asks for what is not there ends the service for all.
			return struct{}{}, next(ctx, method, req, reply, cc, opts...)
		})
		return err
	}
}

// AroundNext is a breaker around what looks like the call. Compare
// [Breaker.Connect].
func AroundNext() connect.ClientInterceptor {
	b := gobreaker.NewCircuitBreaker[connect.ClientStream](gobreaker.Settings{Name: "users"})
	return func(next connect.ClientFunc) connect.ClientFunc {
		return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
			return b.Execute(func() (connect.ClientStream, error) {
				// BUG(test): AroundNext never opens: next opens a stream and
				// sends nothing, so it succeeds while every call fails.
				return next(ctx, spec)
			})
		}
	}
}
