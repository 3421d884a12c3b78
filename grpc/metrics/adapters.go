package metrics

import (
	"context"

	"connectrpc.com/connect/v2"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/grpc/internal/told"
)

// Connect returns an interceptor for a server of connect-go. It goes first.
func (m *Metrics) Connect() connect.ServerInterceptor {
	return func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			streams := spec.StreamType != connect.StreamTypeUnary
			if streams {
				received, sent := m.counters(spec.Procedure)
				stream = connectStream{stream, received, sent}
			}
			c, end := codes.Internal, m.begin(spec.Procedure, streams)
			defer func() { end(c) }()
			err := next(ctx, spec, stream)
			c = told.Connect(err)
			return err
		}
	}
}

type connectStream struct {
	connect.ServerStream
	received, sent prometheus.Counter
}

func (s connectStream) Receive(msg any) error {
	return counted(s.received, s.ServerStream.Receive(msg))
}

func (s connectStream) Send(msg any) error { return counted(s.sent, s.ServerStream.Send(msg)) }

// GRPC returns the interceptors for a server of grpc-go, for single calls and
// for streams. They go first.
func (m *Metrics) GRPC() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			c, end := codes.Internal, m.begin(info.FullMethod, false)
			defer func() { end(c) }()
			answer, err := next(ctx, r)
			c = told.GRPC(err)
			return answer, err
		}),
		grpc.ChainStreamInterceptor(func(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			received, sent := m.counters(info.FullMethod)
			c, end := codes.Internal, m.begin(info.FullMethod, true)
			defer func() { end(c) }()
			err := next(srv, grpcStream{s, received, sent})
			c = told.GRPC(err)
			return err
		}),
	}
}

type grpcStream struct {
	grpc.ServerStream
	received, sent prometheus.Counter
}

func (s grpcStream) RecvMsg(msg any) error { return counted(s.received, s.ServerStream.RecvMsg(msg)) }

func (s grpcStream) SendMsg(msg any) error { return counted(s.sent, s.ServerStream.SendMsg(msg)) }
