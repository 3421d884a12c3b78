package retry

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/stretchr/testify/assert"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// A herd counts who comes back in which millisecond after all have failed.
type herd struct {
	mu    sync.Mutex
	start time.Time
	came  map[time.Duration]int
}

func (h *herd) get(context.Context, string) (*userv1.User, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := time.Since(h.start); at > 0 {
		h.came[at.Truncate(time.Millisecond)]++
		return ann, nil
	}
	return nil, down
}

// most returns the most clients that came back in one millisecond, of n that
// failed at once.
func most(t *testing.T, n int, dial func(inmemory.Methods) inmemory.Client) (most int) {
	synctest.Test(t, func(t *testing.T) {
		h := &herd{start: time.Now(), came: make(map[time.Duration]int)}
		c := dial(inmemory.Methods{Get: h.get})
		defer c.Close()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				_, err := c.Get(t.Context(), "7")
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		all := 0
		for _, came := range h.came {
			most = max(most, came)
			all += came
		}
		assert.Equal(t, n, all)
	})
	return most
}

// What a server meets 100 ms after it failed 500 clients at once.
func TestHerd(t *testing.T) {
	t.Parallel()
	const clients = 500
	plain := func(b func() backoff.BackOff) func(inmemory.Methods) inmemory.Client {
		return func(m inmemory.Methods) inmemory.Client {
			c := inmemory.Connect(m, nil)
			return inmemory.Client{Close: c.Close, Methods: inmemory.Methods{Get: func(ctx context.Context, id string) (*userv1.User, error) {
				return backoff.Retry(ctx, func() (*userv1.User, error) { return c.Get(ctx, id) }, backoff.WithBackOff(b()))
			}}}
		}
	}
	none := most(t, clients, plain(func() backoff.BackOff { return NoJitter(100*time.Millisecond, time.Second) }))
	full := most(t, clients, func(m inmemory.Methods) inmemory.Client {
		c := Default
		c.Tokens = 3 * clients
		return inmemory.Connect(m, nil, policy(t, c).Connect)
	})
	fifth := most(t, clients, builtin)
	t.Logf("in one millisecond, of %d: %d without jitter, %d with grpc-go's fifth, %d with full jitter", clients, none, fifth, full)
	assert.Equal(t, clients, none)
	assert.Less(t, full, clients/20, "a hundredth of them in each, give or take")
	assert.Less(t, fifth, clients/5)
	assert.GreaterOrEqual(t, fifth, 13, "all of them in 41 ms")
}

// builtin dials with grpc-go's own retry.
func builtin(m inmemory.Methods) inmemory.Client {
	return inmemory.GRPC(m, nil, grpc.WithDefaultServiceConfig(`{"methodConfig": [{
		"name": [{"service": "user.v1.UserService"}],
		"retryPolicy": {
			"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "2s", "backoffMultiplier": 2,
			"retryableStatusCodes": ["UNAVAILABLE"]
		}
	}]}`))
}

// What the package comment says of grpc-go's own retry.
func TestBuiltin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{err: down}
		c := builtin(s.methods())
		defer c.Close()

		_, err := c.Create(t.Context(), "Ann")
		assert.Equal(t, codes.Unavailable, inmemory.Code(err))
		assert.Len(t, s.tries, 3, "whatever the .proto says")
		pause := s.tries[1].Sub(s.tries[0])
		assert.InDelta(t, 100, pause.Milliseconds(), 20)

		later, err := status.New(codes.Unavailable, "").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(time.Minute)})
		assert.NoError(t, err)
		s.tries, s.err = nil, later.Err()
		_, err = c.Get(t.Context(), "7")
		assert.Error(t, err)
		assert.Len(t, s.tries, 3)
		assert.Less(t, s.tries[2].Sub(s.tries[0]), time.Second, "no RetryInfo")

		s.tries, s.err = nil, down
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err = c.Get(ctx, "7")
		assert.Equal(t, codes.DeadlineExceeded, inmemory.Code(err))
		assert.Equal(t, 50*time.Millisecond, time.Since(start))
		assert.Len(t, s.tries, 1, "and no second try")
	})
}
