package retry

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

var (
	ann  = &userv1.User{Id: "7", Name: "Ann", Age: 30}
	down = status.Error(codes.Unavailable, "down")
)

func policy(t *testing.T, c Config) *Policy {
	p, err := New(c)
	require.NoError(t, err)
	return p
}

// A server is what a test makes of it, and both libraries serve.
type server struct {
	err error // of all calls, unless it is nil
	// after is how many calls fail; all of them if it is 0.
	after int
	// pushback is what each answer says, unless it is empty.
	pushback string
	tries    []time.Time
}

func (s *server) get(context.Context, string) (*userv1.User, error) {
	s.tries = append(s.tries, time.Now())
	if s.err != nil && (s.after == 0 || len(s.tries) <= s.after) {
		return nil, s.err
	}
	return ann, nil
}

func (s *server) methods() inmemory.Methods {
	return inmemory.Methods{Get: s.get, Create: s.get}
}

// A library serves methods, says pushback with each failure, and returns their
// client.
type library struct {
	name string
	dial func(p *Policy, m inmemory.Methods, pushback *string) inmemory.Client
}

// tells makes connect's server say pushback.
func tells(pushback *string) []connect.ServerInterceptor {
	return []connect.ServerInterceptor{ConnectServer, func(next connect.ServerFunc) connect.ServerFunc {
		return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
			if info, ok := connect.CallInfoForServerContext(ctx); ok && *pushback != "" {
				info.ResponseTrailer().Set("Grpc-Retry-Pushback-Ms", *pushback)
			}
			return next(ctx, spec, stream)
		}
	}}
}

func overHTTP(options ...connecthttp.Option) func(*Policy, inmemory.Methods, *string) inmemory.Client {
	return func(p *Policy, m inmemory.Methods, pushback *string) inmemory.Client {
		return inmemory.ConnectHTTP(m, tells(pushback), options, p.Connect)
	}
}

var libraries = []library{
	{"connect", func(p *Policy, m inmemory.Methods, pushback *string) inmemory.Client {
		return inmemory.Connect(m, tells(pushback), p.Connect)
	}},
	{"grpc", func(p *Policy, m inmemory.Methods, pushback *string) inmemory.Client {
		return inmemory.GRPC(m, []grpc.ServerOption{grpc.ChainUnaryInterceptor(GRPCServer, func(
			ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler,
		) (any, error) {
			if *pushback != "" {
				_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", *pushback))
			}
			return next(ctx, req)
		})}, grpc.WithChainUnaryInterceptor(p.GRPC))
	}},
	{"connect over HTTP", overHTTP()},
	{"connect over HTTP, gRPC", overHTTP(connecthttp.WithGRPC())},
	{"connect over HTTP, gRPC-Web", overHTTP(connecthttp.WithGRPCWeb())},
	{"connect over HTTP, GET", overHTTP(connecthttp.WithHTTPGet())},
}

// each runs a test in a bubble, by each library.
func each(t *testing.T, c Config, test func(*testing.T, *server, inmemory.Client)) {
	t.Parallel()
	for _, l := range libraries {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := new(server)
				client := l.dial(policy(t, c), s.methods(), &s.pushback)
				defer client.Close()
				test(t, s, client)
			})
		})
	}
}
