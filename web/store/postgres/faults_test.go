package postgres

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store/pgtest"
)

// clients create users, each with an Idempotency-Key, which they send again
// until it is acknowledged.
type clients struct {
	store   *Store
	stop    atomic.Bool
	running sync.WaitGroup
	acked   atomic.Int64
	mu      sync.Mutex
	users   []api.User
	refused map[int]bool // by client
	wrong   []error
	slowest time.Duration
}

const number = 8

func load(ctx context.Context, s *Store) *clients {
	c := &clients{store: s, refused: make(map[int]bool)}
	for n := range number {
		c.running.Go(func() {
			for i := 0; !c.stop.Load(); i++ {
				c.create(ctx, n, i)
			}
		})
	}
	return c
}

func (c *clients) create(ctx context.Context, n, i int) {
	name := fmt.Sprintf("%d.%d", n, i)
	for {
		began := time.Now()
		u, err := c.store.Create(ctx, name, api.Draft{Name: name, Email: name + "@example.com"})
		c.mu.Lock()
		c.slowest = max(c.slowest, time.Since(began))
		switch {
		case err == nil:
			c.users = append(c.users, u)
		case assert.ObjectsAreEqual(503, api.ProblemOf(err).Status):
			c.refused[n] = true
		default:
			c.wrong = append(c.wrong, err)
		}
		done := err == nil || len(c.wrong) > 0
		c.mu.Unlock()
		if done {
			c.acked.Add(1)
			return
		}
	}
}

// more waits until n more users have been acknowledged.
func (c *clients) more(t *testing.T, n int64) {
	want := c.acked.Load() + n
	require.Eventually(t, func() bool { return c.acked.Load() >= want }, time.Minute, time.Millisecond)
}

// The server is killed amid writes, twice. Every acknowledged user is there,
// none is there twice, no call hangs, each that fails is a 503, and nobody has
// to open the store again.
func TestStore_outlivesTheServer(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	s, err := Open(t.Context(), small(server.URL()))
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close()) }()
	c := load(t.Context(), s)
	for range 2 {
		c.more(t, 200)
		require.NoError(t, server.Kill())
		require.Eventually(t, func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.refused) == number
		}, time.Minute, time.Millisecond, "each client has seen it")
		require.NoError(t, server.Start())
		c.more(t, 200)
		c.mu.Lock()
		clear(c.refused)
		c.mu.Unlock()
	}
	c.stop.Store(true)
	c.running.Wait()
	require.Empty(t, c.wrong)
	assert.Less(t, c.slowest, 30*time.Second)
	for _, u := range c.users {
		got, err := s.Get(t.Context(), u.ID)
		require.NoError(t, err)
		require.Equal(t, u, got)
	}
	var there int
	require.NoError(t, s.pool.QueryRow(t.Context(), `SELECT count(*) FROM users`).Scan(&there))
	assert.Equal(t, len(c.users), there, "what was sent again has been done once")
	t.Logf("%d users acknowledged, the slowest call %v", there, c.slowest)
}

// unavailable asserts that an error is a 503, and tells no password.
func unavailable(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, api.ErrUnavailable)
	assert.Equal(t, 503, api.ProblemOf(err).Status)
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestOpen_ofAServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	t.Run("no socket", func(t *testing.T) {
		t.Parallel()
		_, err := Open(t.Context(), "postgres:///users?user=ann&password=hunter2&host="+t.TempDir())
		unavailable(t, err)
	})
	listener := func(t *testing.T) net.Listener {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		l := listener(t)
		require.NoError(t, l.Close())
		_, err := Open(t.Context(), "postgres://ann:hunter2@"+l.Addr().String()+"/users")
		unavailable(t, err)
		assert.ErrorContains(t, err, "connection refused")
	})
	t.Run("silent", func(t *testing.T) {
		t.Parallel()
		_, err := Open(t.Context(), "postgres://ann:hunter2@"+listener(t).Addr().String()+"/users?sslmode=disable&connect_timeout=1")
		unavailable(t, err)
	})
}

func TestOpen_ofABadDSN(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "postgres://ann:hunter2@localhost:port/users")
	require.Error(t, err)
	assert.NotErrorIs(t, err, api.ErrUnavailable, "to try again does not help")
	assert.NotContains(t, err.Error(), "hunter2")
}
