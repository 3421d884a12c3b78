package retry

import (
	"context"
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
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const createUser = "/user.v1.UserService/CreateUser"

func TestPolicy_repeatsUntilItSucceeds(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client) {
		s.err, s.after = down, 1
		u, err := client.Get(t.Context(), "7")
		require.NoError(t, err)
		assert.Equal(t, "Ann", u.GetName())
		require.Len(t, s.tries, 2)
		assert.LessOrEqual(t, s.tries[1].Sub(s.tries[0]), Default.Base)
	})
}

// Until the tries are used up; the caller is told what the last one was.
func TestPolicy_givesUp(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client) {
		s.err = down
		_, err := client.Get(t.Context(), "7")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err))
		assert.Equal(t, "down", inmemory.Status(err).Message())
		require.Len(t, s.tries, 3)
		assert.LessOrEqual(t, s.tries[1].Sub(s.tries[0]), Default.Base)
		assert.LessOrEqual(t, s.tries[2].Sub(s.tries[1]), 2*Default.Base)
	})
}

func TestPolicy_repeatsOnlyWhatIsSafe(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client) {
		s.err = down
		_, err := client.Create(t.Context(), "Ann")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err))
		assert.Len(t, s.tries, 1)
	})
}

func TestPolicy_repeatsWhatSaysThatItIsSafe(t *testing.T) {
	c := Default
	c.Also = []string{createUser}
	each(t, c, func(t *testing.T, s *server, client inmemory.Client) {
		s.err = down
		_, err := client.Create(t.Context(), "Ann")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err))
		assert.Len(t, s.tries, 3)
	})
}

func TestPolicy_repeatsOnlyWhatPasses(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client) {
		for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
			s.tries, s.err = nil, status.Error(code, "")
			_, err := client.Get(t.Context(), "7")
			assert.Equal(t, code, inmemory.Code(err))
			want := 1
			if code == codes.Unavailable {
				want = 3
			}
			assert.Len(t, s.tries, want, code)
		}
	})
}

func TestPolicy_heedsWhatTheServerSays(t *testing.T) {
	retryInfo := func(c codes.Code, d time.Duration) error {
		s, err := status.New(c, "").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(d)})
		require.NoError(t, err)
		return s.Err()
	}
	c := Default
	c.Tokens = 100
	each(t, c, func(t *testing.T, s *server, client inmemory.Client) {
		for name, c := range map[string]struct {
			err      error
			pushback string
			tries    int
			least    time.Duration
		}{
			"pushback":                  {down, "5000", 3, 5 * time.Second},
			"pushback of 0":             {down, "0", 3, 0},
			"never":                     {down, "-1", 1, 0},
			"what is no time":           {down, "soon", 1, 0},
			"RetryInfo":                 {retryInfo(codes.Unavailable, time.Second), "", 3, time.Second},
			"RetryInfo of a quota":      {retryInfo(codes.ResourceExhausted, time.Second), "", 3, time.Second},
			"pushback of a quota":       {status.Error(codes.ResourceExhausted, ""), "0", 3, 0},
			"the later of the two":      {retryInfo(codes.Unavailable, time.Second), "2000", 3, 2 * time.Second},
			"the later, the other way":  {retryInfo(codes.Unavailable, time.Second), "500", 3, time.Second},
			"not of what cannot pass":   {retryInfo(codes.InvalidArgument, time.Second), "0", 1, 0},
			"a time before now":         {retryInfo(codes.Unavailable, -time.Second), "", 3, 0},
			"a time before now is none": {retryInfo(codes.ResourceExhausted, -time.Second), "", 1, 0},
		} {
			s.tries, s.err, s.pushback = nil, c.err, c.pushback
			_, err := client.Get(t.Context(), "7")
			assert.Equal(t, status.Code(c.err), inmemory.Code(err), name)
			assert.Len(t, s.tries, c.tries, name)
			for i := 1; i < len(s.tries); i++ {
				pause := s.tries[i].Sub(s.tries[i-1])
				assert.GreaterOrEqual(t, pause, c.least, name)
				assert.LessOrEqual(t, pause, c.least+Default.Base<<(i-1), name)
			}
		}
	})
}

// A pause that would end too late is not begun.
func TestPolicy_neverPastTheDeadline(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client) {
		s.err, s.pushback = down, "1000"
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := client.Get(ctx, "7")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err), "not DEADLINE_EXCEEDED")
		assert.Len(t, s.tries, 2)
		assert.Less(t, time.Since(start), 1200*time.Millisecond)
	})
}

func TestPolicy_endsWithItsCaller(t *testing.T) {
	each(t, Default, func(t *testing.T, s *server, client inmemory.Client) {
		s.err, s.pushback = down, "60000"
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := client.Get(ctx, "7")
		assert.Error(t, err)
		assert.Len(t, s.tries, 1)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestPolicy_budget(t *testing.T) {
	c := Default
	c.Tokens, c.Ratio = 10, 0.5
	each(t, c, func(t *testing.T, s *server, client inmemory.Client) {
		fail := func(calls int) (retries int) {
			s.tries, s.err = nil, down
			for range calls {
				_, err := client.Get(t.Context(), "7")
				assert.Equal(t, codes.Unavailable, inmemory.Code(err))
			}
			return len(s.tries) - calls
		}
		assert.Equal(t, 3, fail(100), "the fifth failure leaves half of the tokens: no retry, nor after the third try")
		assert.Zero(t, fail(100))
		s.err = nil
		for range 12 {
			_, err := client.Get(t.Context(), "7")
			require.NoError(t, err)
		}
		assert.Equal(t, 0, fail(1), "6 tokens, and the failure takes one of them")
		s.err = nil
		for range 100 {
			_, err := client.Get(t.Context(), "7")
			require.NoError(t, err)
		}
		assert.Equal(t, 3, fail(100), "full again, and not fuller")
	})
}

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Config){
		"0 tries":    func(c *Config) { c.Tries = 0 },
		"up to 0s":   func(c *Config) { c.Base = 0 },
		"then 1ms":   func(c *Config) { c.Max = time.Millisecond },
		"0 tokens":   func(c *Config) { c.Tokens = 0 },
		"-1 a succe": func(c *Config) { c.Ratio = -1 },
	} {
		c := Default
		change(&c)
		_, err := New(c)
		assert.ErrorContains(t, err, want)
	}
}

func TestPolicy_Connect_closes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open := policy(t, Default).Connect(func(ctx context.Context, _ connect.Spec) (connect.ClientStream, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ctx, _ := connect.NewClientContext(t.Context())
		stream, err := open(ctx, connect.Spec{})
		require.NoError(t, err)
		time.AfterFunc(time.Second, func() { assert.NoError(t, stream.Close()) })
		assert.ErrorIs(t, stream.Receive(nil), context.Canceled)
	})
}

// What the answer to one try said is not the next one's.
func TestPolicy_Connect_forgetsTheTryBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{err: down, after: 2}
		c := inmemory.Connect(s.methods(), []connect.ServerInterceptor{func(next connect.ServerFunc) connect.ServerFunc {
			return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
				if info, ok := connect.CallInfoForServerContext(ctx); ok && len(s.tries) == 0 {
					info.ResponseTrailer().Set(pushback, "5000")
					info.ResponseHeader().Set("X-Replica", "7")
				}
				return next(ctx, spec, stream)
			}
		}}, policy(t, Default).Connect)
		ctx, info := connect.NewClientContext(t.Context())
		_, err := c.Get(ctx, "7")
		require.NoError(t, err)
		require.Len(t, s.tries, 3)
		assert.GreaterOrEqual(t, s.tries[1].Sub(s.tries[0]), 5*time.Second)
		assert.LessOrEqual(t, s.tries[2].Sub(s.tries[1]), 2*Default.Base)
		assert.Zero(t, info.ResponseHeader().Len())
	})
}

func BenchmarkPolicy(b *testing.B) {
	p, err := New(Default)
	require.NoError(b, err)
	m := new(server).methods()
	m.Get = func(context.Context, string) (*userv1.User, error) { return ann, nil }
	for name, clients := range map[string][2]inmemory.Client{
		"connect": {inmemory.Connect(m, nil), inmemory.Connect(m, nil, p.Connect)},
		"grpc":    {inmemory.GRPC(m, nil), inmemory.GRPC(m, nil, grpc.WithUnaryInterceptor(p.GRPC))},
	} {
		b.Run(name, func(b *testing.B) {
			inmemory.Compare(b, inmemory.Way{Name: "bare", Client: clients[0]}, inmemory.Way{Name: "retry", Client: clients[1]})
		})
		clients[0].Close()
		clients[1].Close()
	}
}
