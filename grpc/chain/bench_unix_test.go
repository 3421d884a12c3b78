//go:build unix

package chain

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"example.com/goguide/grpc/connectserver"
	"example.com/goguide/grpc/grpcserver"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/ratelimit"
	"example.com/goguide/grpc/tracing"
	"example.com/goguide/grpc/users"
)

// cpu returns the CPU time of this process, client and server.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A one is a store of one user.
type one struct{ users.Store }

func (one) Get(context.Context, string) (*userv1.User, error) { return ann, nil }

// rows returns worlds with one row each, one with all, and one with all where one
// trace in a hundred is recorded.
func rows(b *testing.B) (names []string, worlds []*world) {
	b.Helper()
	full := func(sampler sdktrace.Sampler) *world {
		w := newWorld(b, 1)
		var err error
		w.Limiter, err = ratelimit.New(ratelimit.Config{
			Rate: rate.Inf, Burst: 1, Keys: 10, Key: w.Limiter.Key,
		})
		require.NoError(b, err)
		w.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // its encoding is measured
		// Batches, as a program has them, to an exporter that costs nothing.
		p := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithBatcher(nowhere{}))
		b.Cleanup(func() { require.NoError(b, p.Shutdown(context.Background())) })
		tr := &tracing.Tracing{Provider: p}
		w.Server.Tracing, w.Client.Tracing = tr, tr
		return w
	}
	all := full(sdktrace.AlwaysSample())
	add := func(name string, s Server, c Client) {
		names, worlds = append(names, name), append(worlds, &world{Server: s, Client: c})
	}
	names, worlds = append(names, "bare-again"), append(worlds, nil) // how exact this is
	add("requestid", Server{}, Client{})
	add("metrics", Server{Metrics: all.Metrics}, Client{})
	add("logging", Server{Log: all.Log}, Client{})
	add("ratelimit", Server{Limiter: all.Limiter}, Client{})
	add("timeout", Server{Timeout: all.Timeout}, Client{})
	add("propagation", Server{Propagation: all.Propagation}, Client{Ours: true})
	add("retry", Server{}, Client{Retry: all.Retry})
	add("breaker", Server{}, Client{Breaker: all.Breaker})
	add("deadline", Server{}, Client{Deadline: all.Deadline})
	add("tracing", Server{Tracing: all.Server.Tracing}, Client{Tracing: all.Client.Tracing})
	add("all", all.Server, all.Client)
	add("all-but-tracing", untraced(all.Server), Client{true, all.Retry, all.Breaker, all.Deadline, nil})
	few := full(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.01)))
	add("all-1%-traced", few.Server, few.Client)
	return names, worlds
}

func untraced(s Server) Server {
	s.Tracing = nil
	return s
}

type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }

// A get calls GetUser over loopback.
type get func(ctx context.Context) error

func listen(b *testing.B, serve func(net.Listener) error, shutdown func(context.Context) error) string {
	b.Helper()
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	served := make(chan error, 1)
	go func() { served <- serve(l) }()
	b.Cleanup(func() {
		require.NoError(b, shutdown(context.Background()))
		require.NoError(b, <-served)
	})
	return l.Addr().String()
}

func connectTo(b *testing.B, w *world) get {
	b.Helper()
	var server []connect.ServerInterceptor
	var client []connect.ClientInterceptor
	if w != nil {
		var err error
		server, err = w.Server.Connect()
		require.NoError(b, err)
		client, err = w.Client.Connect()
		require.NoError(b, err)
	}
	s := connectserver.New(users.Config{Store: one{}, Log: slog.New(slog.DiscardHandler)}, server...)
	addr := listen(b, s.Serve, s.Shutdown)
	h2c := new(http.Protocols)
	h2c.SetUnencryptedHTTP2(true)
	t := &http.Transport{Protocols: h2c}
	b.Cleanup(t.CloseIdleConnections)
	c := userv1connect.NewUserServiceClient(connect.NewClient(
		connecthttp.NewTransport(&http.Client{Transport: t}, "http://"+addr), client...))
	return func(ctx context.Context) error {
		_, err := c.GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
		return err
	}
}

func grpcTo(b *testing.B, w *world) get {
	b.Helper()
	var server []grpc.ServerOption
	client := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if w != nil {
		server, client = w.Server.GRPC(), append(client, w.Client.GRPC()...)
	}
	s := grpcserver.New(users.Config{Store: one{}, Log: slog.New(slog.DiscardHandler)}, server...)
	conn, err := grpc.NewClient(listen(b, s.Serve, s.Shutdown), client...)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, conn.Close()) })
	c := userv1.NewUserServiceClient(conn)
	return func(ctx context.Context) error {
		_, err := c.GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
		return err
	}
}

// BenchmarkChain measures the CPU time of a call over loopback, client and
// server together, with each row and with all, as a ratio to the call without
// any. They take turns, and the median turn of each counts.
func BenchmarkChain(b *testing.B) {
	for name, to := range map[string]func(*testing.B, *world) get{"connect": connectTo, "grpc-go": grpcTo} {
		b.Run(name, func(b *testing.B) {
			names, worlds := rows(b)
			gets := []get{to(b, nil)}
			for _, w := range worlds {
				gets = append(gets, to(b, w))
			}
			b.Run("alone", func(b *testing.B) { compare(b, names, gets, 1) })
			b.Run("16-at-once", func(b *testing.B) { compare(b, names, gets, 16) })
		})
	}
}

func compare(b *testing.B, names []string, gets []get, callers int) {
	b.Helper()
	took := make([][]time.Duration, len(gets))
	for b.Loop() {
		for i, g := range gets {
			took[i] = append(took[i], batch(b, g, callers))
		}
	}
	b.ReportMetric(0, "ns/op")
	bare := float64(median(took[0]))
	b.ReportMetric(bare/1e3/calls, "µs/bare")
	for i, name := range names {
		b.ReportMetric(float64(median(took[i+1]))/bare, "x/"+name)
	}
}

// A turn is many times as long as a tick of the kernel's clock, a few milliseconds:
// it counts what the threads of other CPUs have used only then.
const calls = 1600

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// batch makes calls, so many at a time, each under a deadline as most have one.
func batch(b *testing.B, g get, callers int) time.Duration {
	b.Helper()
	start := cpu(b)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls / callers {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				err := g(ctx)
				cancel()
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return cpu(b) - start
}
