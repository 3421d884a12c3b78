package ratelimit

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

func TestPerKey_Allow(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		p := &PerKey{rate: 1, burst: 1, limiters: make(map[string]*rate.Limiter)}
		for i := range 1000 {
			require.True(t, p.Allow(fmt.Sprint("made up ", i)))
		}
		assert.Len(t, p.limiters, 1000)
	})
}

// The near-miss: keys of which there are few, such as the methods of a service.
func TestPerKey_Allow_ofMethods(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := &PerKey{rate: 1, burst: 1, limiters: make(map[string]*rate.Limiter)}
		for range 1000 {
			p.Allow("GetUser")
			p.Allow("CreateUser")
		}
		assert.Len(t, p.limiters, 2)
	})
}

func TestLimiter_keepsFew(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		l := limiter(t, Config{Rate: 1, Burst: 1, Keys: 100})
		refused := 0
		for i := range 1000 {
			if l.take(as(t.Context(), fmt.Sprint("made up ", i))) != nil {
				refused++
			}
		}
		assert.Equal(t, 100, l.callers.Len())
		assert.Greater(t, refused, 850)
	})
}

func waiting(l *rate.Limiter) inmemory.Client {
	return inmemory.GRPC(inmemory.Methods{Get: found}, []grpc.ServerOption{grpc.ChainUnaryInterceptor(Waits(l))})
}

func TestWaits(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		c := waiting(rate.NewLimiter(rate.Every(time.Hour), 1))
		defer c.Close()
		_, err := c.Get(t.Context(), "7")
		require.NoError(t, err)
		_, err = c.Get(t.Context(), "7")
		require.NoError(t, err)
	})
}

// The near-miss: while there are tokens, nobody waits.
func TestWaits_forNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := waiting(rate.NewLimiter(rate.Every(time.Hour), 2))
		defer c.Close()
		for range 2 {
			_, err := c.Get(t.Context(), "7")
			require.NoError(t, err)
		}
	})
}

func TestLimiter_GRPC(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		l := limiter(t, Config{Rate: rate.Every(time.Hour), Burst: 1, Keys: 1})
		c := byGRPC(inmemory.Methods{Get: found}, l)
		defer c.Close()
		_, err := c.Get(t.Context(), "7")
		require.NoError(t, err)
		_, err = c.Get(t.Context(), "7")
		assert.Equal(t, codes.ResourceExhausted, inmemory.Code(err))
	})
}

// The queue in numbers: of 100 calls at 10 a second the last waits for ten
// seconds, and all are in the server at once.
func TestWaits_queues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		served := 0
		c := inmemory.GRPC(inmemory.Methods{Get: func(ctx context.Context, id string) (*userv1.User, error) {
			mu.Lock()
			defer mu.Unlock()
			served++
			return found(ctx, id)
		}}, []grpc.ServerOption{grpc.ChainUnaryInterceptor(Waits(rate.NewLimiter(10, 1)))})
		defer c.Close()
		start := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				_, err := c.Get(t.Context(), "7")
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		mu.Lock()
		assert.Equal(t, 1, served, "and 99 wait")
		mu.Unlock()
		wg.Wait()
		assert.InDelta(t, 9.9, time.Since(start).Seconds(), 0.01)
	})
}
