package requestid

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// GRPCServer returns the interceptors for a server of grpc-go, for single calls
// and for streams. They go before all that log.
func GRPCServer() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			ctx, err := identified(ctx, func(md metadata.MD) error { return grpc.SetHeader(ctx, md) })
			if err != nil {
				return nil, err
			}
			return next(ctx, r)
		}),
		grpc.ChainStreamInterceptor(func(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			ctx, err := identified(s.Context(), s.SetHeader)
			if err != nil {
				return err
			}
			return next(srv, stream{s, ctx})
		}),
	}
}

// identified returns a ctx with the id, which it sends to the client.
func identified(ctx context.Context, send func(metadata.MD) error) (context.Context, error) {
	var given string
	if ids := metadata.ValueFromIncomingContext(ctx, Header); len(ids) > 0 {
		given = ids[0]
	}
	id := Accept(given)
	return With(ctx, id), send(metadata.Pairs(Header, id))
}

// A stream has a ctx of its own: a ServerStream's cannot be set.
type stream struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // as ServerStream has it
}

func (s stream) Context() context.Context { return s.ctx }

// GRPCClient returns the interceptors for a client of grpc-go, which pass the
// id of ctx on, if it has one.
func GRPCClient() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, r, reply any, cc *grpc.ClientConn, next grpc.UnaryInvoker, options ...grpc.CallOption) error {
			return next(outgoing(ctx), method, r, reply, cc, options...)
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, next grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			return next(outgoing(ctx), desc, cc, method, options...)
		}),
	}
}

// outgoing sets the id. Appending it would leave one that is there before it.
func outgoing(ctx context.Context) context.Context {
	id := Of(ctx)
	if id == "" {
		return ctx
	}
	md, _ := metadata.FromOutgoingContext(ctx) // a copy
	if md == nil {
		md = make(metadata.MD)
	}
	md.Set(Header, id)
	return metadata.NewOutgoingContext(ctx, md)
}
