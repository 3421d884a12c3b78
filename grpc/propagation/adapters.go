package propagation

import (
	"context"

	"connectrpc.com/connect/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// ConnectServer returns an interceptor for a server of connect-go.
func (p Policy) ConnectServer() connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			if info, ok := connect.CallInfoForServerContext(ctx); ok {
				ctx = p.accept(ctx, header{info.RequestHeader()})
			}
			return next(ctx, spec, stream)
		}
	}
}

// ConnectClient is an interceptor for a client of connect-go, of a service of
// our own.
func ConnectClient(next connect.ClientFunc) connect.ClientFunc {
	return func(ctx context.Context, spec connect.Spec) (connect.ClientStream, error) {
		if info, ok := connect.CallInfoForClientContext(ctx); ok {
			pass(ctx, header{info.RequestHeader()})
		}
		return next(ctx, spec)
	}
}

type header struct{ *connect.Header }

func (h header) Keys() (names []string) {
	for name := range h.All() {
		names = append(names, name)
	}
	return names
}

func (h header) values(name string) []string      { return h.Values(name) }
func (h header) set(name string, values []string) { h.SetValues(name, values) }

// GRPCServer returns the interceptors for a server of grpc-go.
func (p Policy) GRPCServer() []grpc.ServerOption {
	accept := func(ctx context.Context) context.Context {
		md, _ := metadata.FromIncomingContext(ctx)
		return p.accept(ctx, pairs(md))
	}
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			return next(accept(ctx), r)
		}),
		grpc.ChainStreamInterceptor(func(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			return next(srv, stream{s, accept(s.Context())})
		}),
	}
}

// GRPCClient returns the interceptors for a client of grpc-go, of a service of
// our own.
func GRPCClient() []grpc.DialOption {
	outgoing := func(ctx context.Context) context.Context {
		md, _ := metadata.FromOutgoingContext(ctx) // a copy
		if md == nil {
			md = make(metadata.MD)
		}
		pass(ctx, pairs(md))
		return metadata.NewOutgoingContext(ctx, md)
	}
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, r, reply any, cc *grpc.ClientConn, next grpc.UnaryInvoker, options ...grpc.CallOption) error {
			return next(outgoing(ctx), method, r, reply, cc, options...)
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, next grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			return next(outgoing(ctx), desc, cc, method, options...)
		}),
	}
}

// A stream has a ctx of its own: a ServerStream's cannot be set.
type stream struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // as ServerStream has it
}

func (s stream) Context() context.Context { return s.ctx }

type pairs metadata.MD

func (p pairs) Get(name string) string {
	if v := p.values(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

func (p pairs) Set(name, value string) { p.set(name, []string{value}) }

func (p pairs) Keys() (names []string) {
	for name := range p {
		names = append(names, name)
	}
	return names
}

func (p pairs) values(name string) []string      { return metadata.MD(p).Get(name) }
func (p pairs) set(name string, values []string) { metadata.MD(p).Set(name, values...) }
