package breaker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"example.com/goguide/grpc/deadline"
	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/retry"
)

// In the order of the README: each try is counted, and a breaker that is open
// is not asked again before it lets a call through.
func TestBreaker_insideOfRetry(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(inmemory.Methods, *retry.Policy, *Breaker, deadline.Budget) inmemory.Client{
		"connect": func(m inmemory.Methods, p *retry.Policy, b *Breaker, d deadline.Budget) inmemory.Client {
			return inmemory.Connect(m, nil, p.Connect, b.Connect, d.Connect)
		},
		"grpc": func(m inmemory.Methods, p *retry.Policy, b *Breaker, d deadline.Budget) inmemory.Client {
			return inmemory.GRPC(m, nil, grpc.WithChainUnaryInterceptor(p.GRPC, b.GRPC, d.GRPC))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, err := retry.New(retry.Default)
			require.NoError(t, err)
			c := Default
			c.Calls = 3
			s, b := &server{err: down}, breaker(t, c)
			client := serve(s.methods(), p, b, deadline.Budget{Limit: time.Second})
			defer client.Close()
			require.Error(t, call(t, 1, client))
			assert.Equal(t, int64(3), s.calls.Load(), name)
			assert.Equal(t, gobreaker.StateOpen, b.State(), name)

			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			_, err = client.Get(ctx, "7")
			assert.ErrorIs(t, err, gobreaker.ErrOpenState, name)
			assert.Zero(t, time.Since(start), name)

			s.err = nil
			require.NoError(t, call(t, 1, client), "who has time waits for the breaker")
			assert.Greater(t, time.Since(start), 4*time.Second, name)
			assert.Less(t, time.Since(start), 6*time.Second, name)
		})
	}
}
