package ratelimit

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"example.com/goguide/detect/parallel"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func found(context.Context, string) (*userv1.User, error) {
	return &userv1.User{Id: "7", Name: "Ann", Age: 30}, nil
}

// as returns a ctx whose calls are somebody's. It takes the place of what
// verifies who calls.
func as(ctx context.Context, who string) context.Context {
	ctx, info := connect.NewClientContext(ctx)
	info.RequestHeader().Set("who", who)
	return metadata.AppendToOutgoingContext(ctx, "who", who)
}

func who(ctx context.Context) string {
	if info, ok := connect.CallInfoForServerContext(ctx); ok {
		return info.RequestHeader().Get("who")
	}
	for _, md := range []func(context.Context) (metadata.MD, bool){metadata.FromIncomingContext, metadata.FromOutgoingContext} {
		if m, ok := md(ctx); ok && len(m.Get("who")) > 0 {
			return m.Get("who")[0]
		}
	}
	return ""
}

func limiter(t testing.TB, c Config) *Limiter {
	c.Key = who
	l, err := New(c)
	require.NoError(t, err)
	return l
}

func byConnect(m inmemory.Methods, l *Limiter) inmemory.Client {
	return inmemory.Connect(m, []connect.ServerInterceptor{l.Connect})
}

func overHTTP(m inmemory.Methods, l *Limiter) inmemory.Client {
	return inmemory.ConnectHTTP(m, []connect.ServerInterceptor{l.Connect}, nil)
}

func byGRPC(m inmemory.Methods, l *Limiter) inmemory.Client {
	return inmemory.GRPC(m, []grpc.ServerOption{grpc.ChainUnaryInterceptor(l.GRPC)})
}

// each runs a test in a bubble, by each library. Calls counts those that came
// to the server.
func each(t *testing.T, c Config, test func(t *testing.T, client inmemory.Client, calls *atomic.Int64)) {
	t.Parallel()
	for name, serve := range map[string]func(inmemory.Methods, *Limiter) inmemory.Client{
		"connect": byConnect, "http": overHTTP, "grpc": byGRPC,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int64
				client := serve(inmemory.Methods{Get: func(ctx context.Context, id string) (*userv1.User, error) {
					calls.Add(1)
					return found(ctx, id)
				}}, limiter(t, c))
				defer client.Close()
				test(t, client, &calls)
			})
		})
	}
}

func TestLimiter_saysWhenToComeBack(t *testing.T) {
	each(t, Config{Rate: 3, Burst: 5, Keys: 10}, func(t *testing.T, client inmemory.Client, calls *atomic.Int64) {
		ann := as(t.Context(), "ann")
		for range 5 {
			_, err := client.Get(ann, "7")
			require.NoError(t, err)
		}
		start := time.Now()
		_, err := client.Get(ann, "7")
		require.Equal(t, codes.ResourceExhausted, inmemory.Code(err))
		assert.Equal(t, "too many calls: come back in 334ms", inmemory.Status(err).Message())
		assert.Zero(t, time.Since(start), "at once")
		require.Len(t, inmemory.Status(err).Details(), 1)
		info, ok := inmemory.Status(err).Details()[0].(*errdetails.RetryInfo)
		require.True(t, ok)
		assert.Equal(t, 334*time.Millisecond, info.GetRetryDelay().AsDuration())

		time.Sleep(333 * time.Millisecond)
		_, err = client.Get(ann, "7")
		assert.Equal(t, codes.ResourceExhausted, inmemory.Code(err), "not before")
		assert.Equal(t, int64(5), calls.Load(), "what is refused is not served")
		time.Sleep(time.Millisecond)
		_, err = client.Get(ann, "7")
		require.NoError(t, err, "but then")
		_, err = client.Get(ann, "7")
		assert.Equal(t, codes.ResourceExhausted, inmemory.Code(err), "and only once")
	})
}

func TestLimiter_tellsCallersApart(t *testing.T) {
	each(t, Config{Rate: 1, Burst: 1, Keys: 10}, func(t *testing.T, client inmemory.Client, _ *atomic.Int64) {
		for _, name := range []string{"ann", "bob", ""} {
			_, err := client.Get(as(t.Context(), name), "7")
			require.NoError(t, err)
			_, err = client.Get(as(t.Context(), name), "7")
			assert.Equal(t, codes.ResourceExhausted, inmemory.Code(err))
		}
	})
}

// A crowd of strangers takes nothing from those who were there before.
func TestLimiter_strangers(t *testing.T) {
	each(t, Config{Rate: 1, Burst: 10, Keys: 2}, func(t *testing.T, client inmemory.Client, calls *atomic.Int64) {
		ask := func(name string) codes.Code {
			_, err := client.Get(as(t.Context(), name), "7")
			return inmemory.Code(err)
		}
		assert.Equal(t, codes.OK, ask("ann"))
		assert.Equal(t, codes.OK, ask("bob"))
		for i := range 100 {
			ask(fmt.Sprint("stranger ", i))
		}
		assert.Equal(t, int64(2+10), calls.Load(), "all strangers have one bucket")
		for range 9 {
			assert.Equal(t, codes.OK, ask("ann"), "and ann her own")
		}
		assert.Equal(t, codes.ResourceExhausted, ask("ann"))

		time.Sleep(time.Second)
		for range 10 {
			assert.Equal(t, codes.OK, ask("cid"), "takes the place of bob, whose bucket is full")
		}
		assert.Equal(t, codes.ResourceExhausted, ask("cid"))
		assert.Equal(t, codes.OK, ask("ann"), "who had nothing left, is known, and has waited for one")
		assert.Equal(t, codes.ResourceExhausted, ask("ann"))
	})
}

func TestLimiter_isExactForManyAtOnce(t *testing.T) {
	each(t, Config{Rate: 1, Burst: 10, Keys: 2}, func(t *testing.T, client inmemory.Client, calls *atomic.Int64) {
		parallel.Do(100, func(int) {
			_, err := client.Get(as(t.Context(), "ann"), "7")
			if err != nil {
				assert.Equal(t, codes.ResourceExhausted, inmemory.Code(err))
			}
		})
		assert.Equal(t, int64(10), calls.Load())
	})
}

// A stream of grpc-go that has a ctx and nothing else.
type stream struct {
	grpc.ServerStream

	ctx context.Context //nolint:containedctx // as those of grpc-go
}

func (s stream) Context() context.Context { return s.ctx }

func TestLimiter_GRPCStream(t *testing.T) {
	t.Parallel()
	l := limiter(t, Config{Rate: 1, Burst: 1, Keys: 10})
	served := 0
	for _, want := range []codes.Code{codes.OK, codes.ResourceExhausted} {
		err := l.GRPCStream(nil, stream{ctx: t.Context()}, nil, func(any, grpc.ServerStream) error { served++; return nil })
		assert.Equal(t, want, inmemory.Code(err))
	}
	assert.Equal(t, 1, served)
}

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Config){
		"0 calls a second": func(c *Config) { c.Rate = 0 },
		"0 at once":        func(c *Config) { c.Burst = 0 },
		"0 keys":           func(c *Config) { c.Keys = 0 },
		"nil: true":        func(c *Config) { c.Key = nil },
	} {
		c := Config{Rate: 1, Burst: 1, Keys: 1, Key: who}
		change(&c)
		_, err := New(c)
		assert.ErrorContains(t, err, want)
	}
}

func BenchmarkLimiter(b *testing.B) {
	l := limiter(b, Config{Rate: 1e9, Burst: 1e9, Keys: 10})
	m := inmemory.Methods{Get: found}
	for name, clients := range map[string][2]inmemory.Client{
		"connect": {inmemory.Connect(m, nil), byConnect(m, l)},
		"grpc":    {inmemory.GRPC(m, nil), byGRPC(m, l)},
	} {
		b.Run(name, func(b *testing.B) {
			inmemory.Compare(b, inmemory.Way{Name: "bare", Client: clients[0]}, inmemory.Way{Name: "limiter", Client: clients[1]})
		})
		clients[0].Close()
		clients[1].Close()
	}
}
