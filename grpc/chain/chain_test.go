package chain

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/connectserver"
	"example.com/goguide/grpc/grpcserver"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/requestid"
	"example.com/goguide/grpc/retry"
	"example.com/goguide/grpc/users"
)

var (
	ann         = &userv1.User{Id: "7", Name: "Ann"}
	unavailable = status.Error(codes.Unavailable, "down")
)

func found(context.Context, string) (*userv1.User, error) { return ann, nil }

// failing fails n times, and then no more. It is not for concurrent calls.
func failing(n int) inmemory.Methods {
	return inmemory.Methods{Get: func(context.Context, string) (*userv1.User, error) {
		if n--; n >= 0 {
			return nil, unavailable
		}
		return ann, nil
	}}
}

// Each row has done its part in a call that succeeds.
func TestServer_aCall(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world, serve build) {
		var id string
		var left time.Duration
		var within trace.SpanContext
		client := serve(t, w, inmemory.Methods{Get: func(ctx context.Context, _ string) (*userv1.User, error) {
			ends, _ := ctx.Deadline()
			id, left, within = requestid.Of(ctx), time.Until(ends), trace.SpanContextFromContext(ctx)
			return ann, nil
		}})
		defer client.Close()
		_, err := client.Get(requestid.With(t.Context(), "r-7"), "7")
		require.NoError(t, err)
		synctest.Wait() // the client may have its answer before all is written

		assert.Equal(t, "r-7", id)
		assert.Equal(t, 5*time.Second, left, "the client's, which is sooner than the server's")
		lines := w.lines(t)
		require.Len(t, lines, 1)
		assert.Equal(t, "r-7", lines[0]["request_id"])
		assert.Equal(t, getUser, lines[0]["method"])
		assert.InDelta(t, 1, w.handled(t, codes.OK), 0)
		assert.Equal(t, map[trace.SpanKind]int{trace.SpanKindServer: 1, trace.SpanKindClient: 1}, w.kinds())
		for _, s := range w.spans.GetSpans() {
			assert.Equal(t, within.TraceID(), s.SpanContext.TraceID())
		}
	})
}

// What is refused is in the log, in the metrics and in the trace, by its id.
func TestServer_refuses(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world, serve build) {
		w.Retry = nil
		client := serve(t, w, inmemory.Methods{Get: found})
		defer client.Close()
		_, err := client.Get(t.Context(), "7")
		require.NoError(t, err)
		_, err = client.Get(requestid.With(t.Context(), "r-8"), "7")
		require.Equal(t, codes.ResourceExhausted, inmemory.Code(err))
		synctest.Wait()

		lines := w.lines(t)
		require.Len(t, lines, 2)
		assert.Equal(t, "r-8", lines[1]["request_id"])
		assert.Equal(t, codes.ResourceExhausted.String(), lines[1]["code"])
		assert.InDelta(t, 1, w.handled(t, codes.ResourceExhausted), 0)
		assert.Equal(t, 2, w.kinds()[trace.SpanKindServer])
	})
}

// A client that is refused comes back when the server says so, and all that
// the caller sees is that it took a second.
func TestClient_comesBack(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world, serve build) {
		client := serve(t, w, inmemory.Methods{Get: found})
		defer client.Close()
		start := time.Now()
		for range 2 {
			_, err := client.Get(t.Context(), "7")
			require.NoError(t, err)
		}
		assert.GreaterOrEqual(t, time.Since(start), time.Second)
		assert.Less(t, time.Since(start), 2*time.Second)
		synctest.Wait()
		assert.InDelta(t, 1, w.handled(t, codes.ResourceExhausted), 0)
		assert.InDelta(t, 2, w.handled(t, codes.OK), 0)
		assert.Equal(t, gobreaker.StateClosed, w.Breaker.State())
	})
}

// Each try is counted by the breaker and is a span, and the third opens it.
func TestClient_countsTries(t *testing.T) {
	each(t, 100, func(t *testing.T, w *world, serve build) {
		client := serve(t, w, failing(3))
		defer client.Close()
		_, err := client.Get(t.Context(), "7")
		require.Equal(t, codes.Unavailable, inmemory.Code(err))
		synctest.Wait()
		assert.Equal(t, gobreaker.StateOpen, w.Breaker.State())
		assert.Equal(t, map[trace.SpanKind]int{trace.SpanKindServer: 3, trace.SpanKindClient: 3}, w.kinds())
		assert.InDelta(t, 3, w.handled(t, codes.Unavailable), 0)
	})
}

// told is what a server behind another one has got of the first one's caller.
type told struct{ id, language, token string }

func heard(ctx context.Context) told {
	header := func(name string) string {
		if info, ok := connect.CallInfoForServerContext(ctx); ok {
			return info.RequestHeader().Get(name)
		}
		return strings.Join(metadata.ValueFromIncomingContext(ctx, name), "")
	}
	return told{requestid.Of(ctx), header("accept-language"), header("authorization")}
}

// saying returns a ctx with metadata for either library.
func saying(ctx context.Context, pairs ...string) context.Context {
	ctx, info := connect.NewClientContext(metadata.AppendToOutgoingContext(ctx, pairs...))
	for i := 0; i < len(pairs); i += 2 {
		info.RequestHeader().Set(pairs[i], pairs[i+1])
	}
	return ctx
}

// The id goes on to a server behind, and what is on the list; the token stays.
func TestChain_passesOn(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world, serve build) {
		var behind told
		last := serve(t, w, inmemory.Methods{Get: func(ctx context.Context, _ string) (*userv1.User, error) {
			behind = heard(ctx)
			return ann, nil
		}})
		defer last.Close()
		first := serve(t, newWorld(t, 1), inmemory.Methods{Get: last.Get})
		defer first.Close()
		ctx := saying(t.Context(), "accept-language", "de", "authorization", "Bearer hunter2")
		_, err := first.Get(requestid.With(ctx, "r-7"), "7")
		require.NoError(t, err)
		assert.Equal(t, told{"r-7", "de", ""}, behind)

		w.Ours = false
		stranger := serve(t, w, inmemory.Methods{Get: func(ctx context.Context, _ string) (*userv1.User, error) {
			behind = heard(ctx)
			return ann, nil
		}})
		defer stranger.Close()
		second := serve(t, newWorld(t, 1), inmemory.Methods{Get: stranger.Get})
		defer second.Close()
		_, err = second.Get(requestid.With(ctx, "r-8"), "7")
		require.NoError(t, err)
		assert.Equal(t, told{"r-8", "", ""}, behind, "to a server that is not ours")
	})
}

// Of two layers that retry, the lower one does: three calls, not nine.
func TestChain_retriesInOneLayer(t *testing.T) {
	each(t, 100, func(t *testing.T, w *world, serve build) {
		w.Breaker = nil
		asked := 0
		last := serve(t, w, inmemory.Methods{Get: func(context.Context, string) (*userv1.User, error) {
			asked++
			return nil, unavailable
		}})
		defer last.Close()
		first := serve(t, newWorld(t, 100), inmemory.Methods{Get: func(ctx context.Context, id string) (*userv1.User, error) {
			if _, err := last.Get(ctx, id); err != nil {
				return nil, unavailable // an error of its own, as a server should
			}
			return ann, nil
		}})
		defer first.Close()
		_, err := first.Get(t.Context(), "7")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err))
		assert.Equal(t, 3, asked)
	})
}

// A caller without a deadline gets the server's.
func TestServer_boundsCalls(t *testing.T) {
	each(t, 1, func(t *testing.T, w *world, serve build) {
		w.Deadline = nil
		var left time.Duration
		client := serve(t, w, inmemory.Methods{Get: func(ctx context.Context, _ string) (*userv1.User, error) {
			ends, _ := ctx.Deadline()
			left = time.Until(ends)
			return ann, nil
		}})
		defer client.Close()
		_, err := client.Get(t.Context(), "7")
		require.NoError(t, err)
		assert.Equal(t, 10*time.Second, left)
	})
}

// Rows that are nil are left out, and the rest works.
func TestServer_withoutRows(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]build{"connect": byConnect, "grpc": byGRPC} {
		synctest.Test(t, func(t *testing.T) {
			client := serve(t, new(world), inmemory.Methods{Get: found})
			defer client.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := client.Get(ctx, "7")
			assert.NoError(t, err, name)
		})
	}
}

// Both servers take the chain around what they do themselves: what the limiter
// says reaches the client, and what their table says reaches the log.
func TestServer_aroundTheServers(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(*testing.T, *world, users.Config) userGetter{
		"connect": ofConnectServer, "grpc": ofGRPCServer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1)
				get := serve(t, w, users.Config{Store: new(users.Memory), Log: w.Log})
				assert.Equal(t, codes.NotFound, inmemory.Code(get(t.Context())))
				err := get(t.Context())
				assert.Equal(t, codes.ResourceExhausted, inmemory.Code(err))
				assert.Len(t, inmemory.Status(err).Details(), 1, "when to come back")
				synctest.Wait()
				assert.InDelta(t, 1, w.handled(t, codes.NotFound), 0)
				assert.InDelta(t, 1, w.handled(t, codes.ResourceExhausted), 0)
				assert.Len(t, w.lines(t), 2)
			})
		})
	}
}

// A userGetter calls GetUser.
type userGetter func(context.Context) error

func ofConnectServer(t *testing.T, w *world, c users.Config) userGetter {
	around, err := w.Server.Connect()
	require.NoError(t, err)
	client := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(connectserver.NewRPC(c, around...))))
	return func(ctx context.Context) error {
		_, err := client.GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
		return err
	}
}

func ofGRPCServer(t *testing.T, w *world, c users.Config) userGetter {
	conn := dialed(t, w, c)
	return func(ctx context.Context) error {
		_, err := userv1.NewUserServiceClient(conn).GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
		return err
	}
}

// Streams of grpc-go have interceptors of their own, and the limit is in them.
func TestServer_GRPC_limitsStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		conn := dialed(t, w, users.Config{Store: new(users.Memory), Log: w.Log})
		watch := func() error {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s, err := healthv1.NewHealthClient(conn).Watch(ctx, new(healthv1.HealthCheckRequest))
			require.NoError(t, err)
			_, err = s.Recv()
			return err
		}
		assert.NoError(t, watch())
		assert.Equal(t, codes.ResourceExhausted, status.Code(watch()))
	})
}

// dialed returns a connection to a server of grpcserver with the chain.
func dialed(t *testing.T, w *world, c users.Config) *grpc.ClientConn {
	s, l := grpcserver.New(c, w.Server.GRPC()...), memnet.Listen()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	conn := inmemory.Dial(l)
	t.Cleanup(func() {
		assert.NoError(t, conn.Close())
		assert.NoError(t, s.Shutdown(context.Background()))
		assert.NoError(t, <-served)
	})
	return conn
}

func quick(t testing.TB) *retry.Policy {
	c := retry.Default
	c.Base, c.Max = time.Millisecond, time.Millisecond
	p, err := retry.New(c)
	require.NoError(t, err)
	return p
}
