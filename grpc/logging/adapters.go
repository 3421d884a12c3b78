package logging

import (
	"context"
	"log/slog"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/peer"

	"example.com/goguide/grpc/internal/told"
)

// Connect returns an interceptor for a server of connect-go.
func Connect(log *slog.Logger) connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			from := ""
			if info, ok := connect.CallInfoForServerContext(ctx); ok {
				from = info.PeerAddr
			}
			return call(ctx, log, spec.Procedure, from, told.Connect, func(ctx context.Context) error {
				return next(ctx, spec, stream)
			})
		}
	}
}

// GRPC returns the interceptors for a server of grpc-go, for single calls and
// for streams.
func GRPC(log *slog.Logger) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (answer any, err error) {
			err = call(ctx, log, info.FullMethod, from(ctx), told.GRPC, func(ctx context.Context) error {
				answer, err = next(ctx, r)
				return err
			})
			return answer, err
		}),
		grpc.ChainStreamInterceptor(func(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			return call(s.Context(), log, info.FullMethod, from(s.Context()), told.GRPC, func(ctx context.Context) error {
				return next(srv, stream{s, ctx})
			})
		}),
	}
}

func from(ctx context.Context) string {
	if p, ok := peer.FromContext(ctx); ok && p.Addr != nil {
		return p.Addr.String()
	}
	return ""
}

// A stream has a ctx of its own: a ServerStream's cannot be set.
type stream struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // as ServerStream has it
}

func (s stream) Context() context.Context { return s.ctx }
