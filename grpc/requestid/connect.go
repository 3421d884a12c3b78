package requestid

import (
	"context"

	"connectrpc.com/connect/v2"
)

// ConnectServer returns an interceptor for a server of connect-go. It goes
// before all that log.
func ConnectServer() connect.ServerInterceptor { return connectServer(Accept) }

func connectServer(accept func(given string) string) connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			info, ok := connect.CallInfoForServerContext(ctx)
			if !ok { // called without a server, in a test
				return next(With(ctx, accept("")), spec, stream)
			}
			id := accept(info.RequestHeader().Get(Header))
			info.ResponseHeader().Set(Header, id)
			return next(With(ctx, id), spec, stream)
		}
	}
}

// ConnectClient returns an interceptor for a client of connect-go, which passes
// the id of ctx on, if it has one.
func ConnectClient() connect.ClientInterceptor { return connectClient(Of) }

func connectClient(of func(context.Context) string) connect.ClientInterceptor {
	return func(next connect.ClientFunc) connect.ClientFunc {
		return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
			info, ok := connect.CallInfoForClientContext(ctx)
			if id := of(ctx); ok && id != "" {
				info.RequestHeader().Set(Header, id)
			}
			return next(ctx, spec)
		}
	}
}
