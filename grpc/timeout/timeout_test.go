package timeout

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func found(context.Context, string) (*userv1.User, error) {
	return &userv1.User{Id: "7", Name: "Ann", Age: 30}, nil
}

// patient works until its ctx ends.
func patient(ctx context.Context, _ string) (*userv1.User, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func limits(t testing.TB, def, most time.Duration) *Limits {
	l, err := New(def, most)
	require.NoError(t, err)
	return l
}

func byConnect(get Get, l *Limits) inmemory.Client {
	return inmemory.Connect(inmemory.Methods{Get: get}, []connect.ServerInterceptor{l.Connect})
}

func overHTTP(get Get, l *Limits) inmemory.Client {
	return inmemory.ConnectHTTP(inmemory.Methods{Get: get}, []connect.ServerInterceptor{l.Connect}, nil)
}

func byGRPC(get Get, l *Limits) inmemory.Client {
	return inmemory.GRPC(inmemory.Methods{Get: get}, []grpc.ServerOption{grpc.ChainUnaryInterceptor(l.GRPC)})
}

// each runs a test in a bubble, by each library: 5 s by default, a minute at
// most.
func each(t *testing.T, get Get, test func(*testing.T, inmemory.Client)) {
	t.Parallel()
	for name, serve := range map[string]func(Get, *Limits) inmemory.Client{
		"connect": byConnect, "http": overHTTP, "grpc": byGRPC,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := serve(get, limits(t, 5*time.Second, time.Minute))
				defer c.Close()
				test(t, c)
			})
		})
	}
}

func TestLimits_default(t *testing.T) {
	each(t, patient, func(t *testing.T, c inmemory.Client) {
		start := time.Now()
		_, err := c.Get(t.Context(), "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

// Of the caller's deadline and Max the sooner counts, be it later than the
// default.
func TestLimits_max(t *testing.T) {
	each(t, patient, func(t *testing.T, c inmemory.Client) {
		for wants, gets := range map[time.Duration]time.Duration{
			time.Second:      time.Second,
			30 * time.Second: 30 * time.Second,
			time.Hour:        time.Minute,
			2400 * time.Hour: time.Minute,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), wants)
			start := time.Now()
			_, err := c.Get(ctx, "7")
			cancel()
			assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err), wants)
			assert.Equal(t, gets, time.Since(start), wants)
		}

		// Connect's protocol has ten digits for the milliseconds, and its client
		// leaves out what is longer: that call has no deadline, and gets the default.
		ctx, cancel := context.WithTimeout(t.Context(), math.MaxInt64)
		defer cancel()
		start := time.Now()
		_, err := c.Get(ctx, "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		assert.LessOrEqual(t, time.Since(start), time.Minute, "of 292 years")
	})
}

func TestLimits_endsWithItsCaller(t *testing.T) {
	each(t, patient, func(t *testing.T, c inmemory.Client) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := c.Get(ctx, "7")
		assert.Equal(t, codes.Canceled, inmemory.Code(err))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// The timer of a call ends with it.
func TestLimits_leavesNoTimer(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(Get, *Limits) inmemory.Client{
		"connect": byConnect, "http": overHTTP, "grpc": byGRPC,
	} {
		synctest.Test(t, func(t *testing.T) {
			var ended func() error
			c := serve(func(ctx context.Context, id string) (*userv1.User, error) {
				ended = ctx.Err
				return found(ctx, id)
			}, limits(t, time.Second, time.Minute))
			defer c.Close()
			_, err := c.Get(t.Context(), "7")
			require.NoError(t, err)
			synctest.Wait()
			assert.ErrorIs(t, ended(), context.Canceled, name)
		})
	}
}

func TestLimits_Connect_ofStreams(t *testing.T) {
	t.Parallel()
	err := limits(t, time.Second, time.Second).Connect(func(ctx context.Context, _ connect.Spec, _ connect.ServerStream) error {
		_, ok := ctx.Deadline()
		assert.False(t, ok)
		return nil
	})(context.Background(), connect.Spec{StreamType: connect.StreamTypeServer}, nil)
	assert.NoError(t, err)
}

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	_, err := New(0, time.Second)
	assert.ErrorContains(t, err, "0s by default")
	_, err = New(time.Second, time.Millisecond)
	assert.ErrorContains(t, err, "at most 1ms")
}

func BenchmarkLimits(b *testing.B) {
	l := limits(b, time.Minute, time.Minute)
	m := inmemory.Methods{Get: found}
	for name, clients := range map[string][2]inmemory.Client{
		"connect": {inmemory.Connect(m, nil), byConnect(found, l)},
		"grpc":    {inmemory.GRPC(m, nil), byGRPC(found, l)},
	} {
		b.Run(name, func(b *testing.B) {
			inmemory.Compare(b, inmemory.Way{Name: "bare", Client: clients[0]}, inmemory.Way{Name: "timeout", Client: clients[1]})
		})
		clients[0].Close()
		clients[1].Close()
	}
}
