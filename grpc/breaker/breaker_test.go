package breaker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBreaker_opens(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		require.NoError(t, call(t, 10, client))
		s.err = down
		require.Error(t, call(t, 9, client))
		assert.Equal(t, gobreaker.StateClosed, b.State(), "9 of 19")
		assert.Equal(t, "down", inmemory.Status(call(t, 1, client)).Message(), "10 of 20")
		assert.Equal(t, gobreaker.StateOpen, b.State())

		time.Sleep(time.Second)
		start, calls := time.Now(), s.calls.Load()
		err := call(t, 100, client)
		assert.Equal(t, codes.Unavailable, inmemory.Code(err))
		assert.Equal(t, "not sent: circuit breaker is open", inmemory.Status(err).Message())
		assert.ErrorIs(t, err, gobreaker.ErrOpenState)
		require.Len(t, inmemory.Status(err).Details(), 1)
		info, ok := inmemory.Status(err).Details()[0].(*errdetails.RetryInfo)
		require.True(t, ok)
		assert.Equal(t, 4*time.Second, info.GetRetryDelay().AsDuration())
		assert.Zero(t, time.Since(start), "at once")
		assert.Equal(t, calls, s.calls.Load(), "and not sent")
	})
}

// Faults that are older than the window do not count.
func TestBreaker_forgets(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		s.err = down
		require.Error(t, call(t, 19, client))
		time.Sleep(2 * Default.Window)
		require.Error(t, call(t, 19, client))
		assert.Equal(t, gobreaker.StateClosed, b.State())
		require.Error(t, call(t, 1, client))
		assert.Equal(t, gobreaker.StateOpen, b.State())
	})
}

// opened makes the breaker open, and waits until it lets probes through.
func opened(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
	s.err = down
	require.Error(t, call(t, int(Default.Calls), client))
	require.Equal(t, gobreaker.StateOpen, b.State())
	s.calls.Store(0)
	time.Sleep(Default.Open + 1)
	require.Equal(t, gobreaker.StateHalfOpen, b.State())
}

func TestBreaker_probesAFew(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		opened(t, s, client, b)
		s.err, s.takes = nil, time.Minute
		assert.Equal(t, int64(97), together(t, 100, client))
		assert.Equal(t, int64(3), s.calls.Load())
		assert.Equal(t, gobreaker.StateClosed, b.State(), "all three succeeded")
	})
}

func TestBreaker_opensAgain(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		opened(t, s, client, b)
		require.Error(t, call(t, 100, client))
		assert.Equal(t, int64(1), s.calls.Load())
		assert.Equal(t, gobreaker.StateOpen, b.State())
	})
}

// A probe whose caller leaves says nothing, and another one takes its place.
func TestBreaker_probesWhoseCallerLeft(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		opened(t, s, client, b)
		s.err, s.takes = nil, time.Minute
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err := client.Get(ctx, "7")
			assert.Equal(t, codes.Canceled, inmemory.Code(err))

			ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
			_, err = client.Get(ctx, "7")
			cancel()
			assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		}
		assert.Equal(t, gobreaker.StateHalfOpen, b.State())
		require.NoError(t, call(t, 3, client))
		assert.Equal(t, gobreaker.StateClosed, b.State())
	})
}

func TestBreaker_countsTheServersFaults(t *testing.T) {
	faults := map[codes.Code]bool{
		codes.Unavailable: true, codes.Internal: true, codes.Unknown: true, codes.DataLoss: true,
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		t.Run(code.String(), func(t *testing.T) {
			each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
				s.err = status.Error(code, "")
				assert.Equal(t, code, inmemory.Code(call(t, int(Default.Calls), client)))
				assert.Equal(t, faults[code], b.State() == gobreaker.StateOpen)
			})
		})
	}
}

// DEADLINE_EXCEEDED is the fault of the server that was given time, and of the
// caller who gave none.
func TestBreaker_patience(t *testing.T) {
	c := Default
	c.Window = time.Hour // or the first are forgotten when the last are late
	each(t, c, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		s.takes = time.Hour
		late := func(n uint32, patience time.Duration) {
			for range n {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				_, err := client.Get(ctx, "7")
				cancel()
				assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
			}
		}
		late(Default.Calls/2, 10*time.Millisecond)
		late(Default.Calls-1, Default.Patience)
		assert.Equal(t, gobreaker.StateClosed, b.State())
		late(1, Default.Patience)
		assert.Equal(t, gobreaker.StateOpen, b.State())
	})
}

// The window rolls: faults on both sides of its end count together.
func TestBreaker_rolls(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client, b *Breaker) {
		time.Sleep(Default.Window - 100*time.Millisecond)
		s.err = down
		require.Error(t, call(t, 19, client))
		time.Sleep(time.Second)
		require.Error(t, call(t, 1, client))
		assert.Equal(t, gobreaker.StateOpen, b.State())
	})
}

// A stream that nobody reads has given its place back.
func TestBreaker_Connect_closes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, b := new(server), breaker(t, Default)
		opened(t, s, byConnect(s.methods(), b), b)
		open := b.Connect(func(context.Context, connect.Spec) (connect.ClientStream, error) { return silent{}, nil })
		for range 10 {
			stream, err := open(t.Context(), connect.Spec{})
			require.NoError(t, err)
			require.NoError(t, stream.Close())
		}
		lost := b.Connect(func(context.Context, connect.Spec) (connect.ClientStream, error) { return nil, down })
		_, err := lost(t.Context(), connect.Spec{})
		assert.ErrorIs(t, err, down)
		assert.Equal(t, gobreaker.StateOpen, b.State(), "what cannot even be opened is a fault")
	})
}

func TestBreaker_Connect_countsWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	c := Default
	c.Calls = 1
	b := breaker(t, c)
	open := b.Connect(func(context.Context, connect.Spec) (connect.ClientStream, error) { return silent{}, nil })
	stream, err := open(t.Context(), connect.Spec{})
	require.NoError(t, err)
	require.ErrorIs(t, stream.Send(nil), down)
	assert.Equal(t, gobreaker.StateOpen, b.State())
}

// silent takes nothing and answers nothing.
type silent struct{ connect.ClientStream }

func (silent) Send(any) error { return down }

func (silent) Close() error { return nil }

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Config){
		"share of 0 ":    func(c *Config) { c.Ratio = 0 },
		"share of 1.5 ":  func(c *Config) { c.Ratio = 1.5 },
		"of 0 calls":     func(c *Config) { c.Calls = 0 },
		"in 0s":          func(c *Config) { c.Window = 0 },
		"open for 0s":    func(c *Config) { c.Open = 0 },
		"then 0 probes":  func(c *Config) { c.Probes = 0 },
		"patience for -": func(c *Config) { c.Patience = -1 },
	} {
		c := Default
		change(&c)
		_, err := New(c)
		assert.ErrorContains(t, err, want)
	}
}

func TestNew_tellsOfChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []gobreaker.State
		c := Default
		c.Changed = func(_, to gobreaker.State) { seen = append(seen, to) }
		s, b := new(server), breaker(t, c)
		client := byConnect(s.methods(), b)
		opened(t, s, client, b)
		s.err = nil
		require.NoError(t, call(t, 3, client))
		assert.Equal(t, []gobreaker.State{gobreaker.StateOpen, gobreaker.StateHalfOpen, gobreaker.StateClosed}, seen)
	})
}

func BenchmarkBreaker(b *testing.B) {
	m := inmemory.Methods{Get: func(context.Context, string) (*userv1.User, error) { return ann, nil }}
	for name, clients := range map[string][2]inmemory.Client{
		"connect": {inmemory.Connect(m, nil), byConnect(m, breaker(b, Default))},
		"grpc":    {inmemory.GRPC(m, nil), byGRPC(m, breaker(b, Default))},
	} {
		b.Run(name, func(b *testing.B) {
			inmemory.Compare(b, inmemory.Way{Name: "bare", Client: clients[0]}, inmemory.Way{Name: "breaker", Client: clients[1]})
		})
		clients[0].Close()
		clients[1].Close()
	}
}
