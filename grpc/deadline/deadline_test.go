package deadline

import (
	"context"
	"errors"
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

var ann = &userv1.User{Id: "7", Name: "Ann", Age: 30}

// A get is GetUser of a hop.
type get = func(ctx context.Context, id string) (*userv1.User, error)

// A library serves a method and returns its client.
type library func(get) inmemory.Client

func byConnect(i ...connect.ClientInterceptor) library {
	return func(g get) inmemory.Client { return inmemory.Connect(inmemory.Methods{Get: g}, nil, i...) }
}

func overHTTP(i ...connect.ClientInterceptor) library {
	return func(g get) inmemory.Client {
		return inmemory.ConnectHTTP(inmemory.Methods{Get: g}, nil, nil, i...)
	}
}

func byGRPC(i ...grpc.UnaryClientInterceptor) library {
	return func(g get) inmemory.Client {
		return inmemory.GRPC(inmemory.Methods{Get: g}, nil, grpc.WithChainUnaryInterceptor(i...))
	}
}

// each runs a test in a bubble, by each library.
func each(t *testing.T, b Budget, test func(*testing.T, library)) {
	t.Parallel()
	for name, l := range map[string]library{
		"connect": byConnect(b.Connect),
		"http":    overHTTP(b.Connect),
		"grpc":    byGRPC(b.GRPC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, l) })
		})
	}
}

// chain puts a hop in front of each server, up to the third, and tells seen what
// each has left.
func chain(l library, last get, seen func(time.Duration)) (first get, stop func()) {
	at := func(g get) get {
		return func(ctx context.Context, id string) (*userv1.User, error) {
			ends, ok := ctx.Deadline()
			if !ok {
				return nil, errors.New("no deadline")
			}
			seen(time.Until(ends))
			return g(ctx, id)
		}
	}
	c := l(at(last))
	b := l(at(c.Get))
	a := l(at(b.Get))
	return a.Get, func() { a.Close(); b.Close(); c.Close() }
}

func within(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

func TestBudget_shrinksAtEachHop(t *testing.T) {
	each(t, Budget{Reserve: 100 * time.Millisecond}, func(t *testing.T, l library) {
		var left []time.Duration
		first, stop := chain(l, func(context.Context, string) (*userv1.User, error) { return ann, nil },
			func(d time.Duration) { left = append(left, d) })
		defer stop()
		ctx, cancel := within(time.Second)
		defer cancel()
		_, err := first(ctx, "7")
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{900 * time.Millisecond, 800 * time.Millisecond, 700 * time.Millisecond}, left)
	})
}

// Each hop hears of what is late while its own caller still waits.
func TestBudget_leavesTimeForTheWayBack(t *testing.T) {
	each(t, Budget{Reserve: 100 * time.Millisecond}, func(t *testing.T, l library) {
		slow := l(func(ctx context.Context, _ string) (*userv1.User, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		defer slow.Close()
		cached := l(func(ctx context.Context, id string) (*userv1.User, error) {
			if _, err := slow.Get(ctx, id); inmemory.Code(err) != codes.DeadlineExceeded {
				return nil, err
			}
			return ann, nil
		})
		defer cached.Close()
		ctx, cancel := within(time.Second)
		defer cancel()
		start := time.Now()
		u, err := cached.Get(ctx, "7")
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
		assert.Equal(t, 800*time.Millisecond, time.Since(start))
	})
}

func TestBudget_refusesAtOnceWhatCannotBeDone(t *testing.T) {
	b := Budget{Reserve: 100 * time.Millisecond, Need: 50 * time.Millisecond}
	each(t, b, func(t *testing.T, l library) {
		sent := 0
		c := l(func(context.Context, string) (*userv1.User, error) { sent++; return ann, nil })
		defer c.Close()
		start := time.Now()
		for left, want := range map[time.Duration]string{
			149 * time.Millisecond: "not sent: 149ms left, of which the call needs 50ms and its caller 100ms",
			-time.Millisecond:      "not sent: -1ms left, of which the call needs 50ms and its caller 100ms",
		} {
			ctx, cancel := within(left)
			_, err := c.Get(ctx, "7")
			cancel()
			assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
			assert.Equal(t, want, inmemory.Status(err).Message())
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
		assert.Zero(t, sent)
		assert.Zero(t, time.Since(start))

		ctx, cancel := within(150 * time.Millisecond)
		defer cancel()
		_, err := c.Get(ctx, "7")
		require.NoError(t, err, "what just fits is sent")
		assert.Equal(t, 1, sent)
	})
}

// Without a Need, what is late already is refused all the same.
func TestBudget_zero(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := within(time.Second)
		defer cancel()
		ends, _ := ctx.Deadline()
		ctx, done, err := Budget{}.Spend(ctx)
		require.NoError(t, err)
		defer done()
		same, _ := ctx.Deadline()
		assert.Equal(t, ends, same)
		time.Sleep(time.Second)
		_, _, err = Budget{}.Spend(ctx)
		assert.ErrorAs(t, err, new(TooLate))
	})
}

// A limit brings a deadline forward, and never puts it off.
func TestBudget_limits(t *testing.T) {
	each(t, Budget{Reserve: 100 * time.Millisecond, Limit: time.Minute}, func(t *testing.T, l library) {
		var left time.Duration
		c := l(func(ctx context.Context, _ string) (*userv1.User, error) {
			ends, _ := ctx.Deadline()
			left = time.Until(ends)
			return ann, nil
		})
		defer c.Close()
		for patience, want := range map[time.Duration]time.Duration{
			time.Hour:   time.Minute,
			time.Second: 900 * time.Millisecond,
		} {
			ctx, cancel := within(patience)
			_, err := c.Get(ctx, "7")
			cancel()
			require.NoError(t, err)
			assert.Equal(t, want, left)
		}
		_, err := c.Get(context.Background(), "7")
		require.NoError(t, err)
		assert.Equal(t, time.Minute, left, "of a caller without a deadline")
	})
}

func TestBudget_endsWithItsCaller(t *testing.T) {
	each(t, Budget{}, func(t *testing.T, l library) {
		c := l(func(ctx context.Context, _ string) (*userv1.User, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		defer c.Close()
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		_, err := c.Get(ctx, "7")
		assert.Equal(t, codes.Canceled, inmemory.Code(err))
	})
}

// The timer of a call ends with it, not with its deadline.
func TestBudget_leavesNoTimer(t *testing.T) {
	t.Parallel()
	var held func() error
	c := byConnect(Budget{Limit: time.Hour}.Connect)(func(ctx context.Context, _ string) (*userv1.User, error) {
		held = ctx.Err
		return ann, nil
	})
	_, err := c.Get(context.Background(), "7")
	require.NoError(t, err)
	assert.ErrorIs(t, held(), context.Canceled)
}

func BenchmarkBudget(b *testing.B) {
	found := func(context.Context, string) (*userv1.User, error) { return ann, nil }
	budget := Budget{Reserve: time.Millisecond}
	for name, ls := range map[string][2]library{
		"connect": {byConnect(), byConnect(budget.Connect)},
		"grpc":    {byGRPC(), byGRPC(budget.GRPC)},
	} {
		b.Run(name, func(b *testing.B) {
			bare, with := ls[0](found), ls[1](found)
			defer bare.Close()
			defer with.Close()
			inmemory.Compare(b, inmemory.Way{Name: "bare", Client: bare}, inmemory.Way{Name: "budget", Client: with})
		})
	}
}
