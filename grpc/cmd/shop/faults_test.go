//go:build unix

package main

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/pgserver"
	"example.com/goguide/grpc/proto/shop/v1/shopv1connect"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/shop/fault"
	"example.com/goguide/grpc/shop/load"
	"example.com/goguide/grpc/shop/node"
	"example.com/goguide/grpc/shop/store"
)

// recovery is the longest time from the end of a fault to a shop that is well.
const recovery = 5 * time.Second

// rate is the load's, in orders a second.
const rate = 15

// until waits until a condition holds.
func until(t *testing.T, what string, holds func() bool) (took time.Duration) {
	t.Helper()
	start := time.Now()
	for !holds() {
		if time.Since(start) > limit {
			require.Fail(t, "it never happens: "+what)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(start)
}

// well waits until five orders, one after the other, were acknowledged, and
// returns how long that took.
func (s *shop) well(t *testing.T) time.Duration {
	t.Helper()
	start := time.Now()
	return until(t, "five orders are acknowledged, one after the other", func() bool {
		row := 0
		for _, r := range s.ledger.Since(start) {
			if row++; !r.OK() {
				row = 0
			}
			if row == 5 {
				return true
			}
		}
		return false
	})
}

// check settles what is not known, and reads back all that was acknowledged.
func (s *shop) check(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	require.NoError(t, s.ledger.Settle(ctx, s.client))
	require.NoError(t, s.ledger.Check(ctx, s.client))
}

// told returns what a service says of one of its procedures.
func (s *shop) told(t *testing.T, name, procedure string) (p node.Procedure, all node.Status) {
	t.Helper()
	all, err := s.status(t.Context(), name)
	require.NoError(t, err)
	for _, p := range all.Procedures {
		if p.Name == procedure {
			return p, all
		}
	}
	require.Fail(t, "no such procedure", procedure)
	return p, all
}

const (
	placeOrder = shopv1connect.OrderServicePlaceOrderProcedure
	listUsers  = userv1connect.UserServiceListUsersProcedure
)

// survive causes a fault under load, and holds the shop to its promises: what was
// acknowledged is neither lost nor doubled, and it is well soon after the end of
// the fault. It returns what came of the orders.
func (s *shop) survive(t *testing.T, cause func()) load.Summary {
	t.Helper()
	var took time.Duration
	all := s.under(t, rate, func() {
		s.well(t)
		cause()
		took = s.well(t)
	})
	sum := load.Summarize(all)
	t.Logf("well after %v: %+v", took.Round(time.Millisecond), sum)
	assert.Less(t, took, recovery)
	s.check(t)
	return sum
}

// All faults, one after the other, on one shop.
func TestShop_survives(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, name := range names {
		t.Run("kill -9 of "+name, func(t *testing.T) {
			sum := s.survive(t, func() {
				before, err := s.status(t.Context(), name)
				require.NoError(t, err)
				require.NoError(t, s.kill(name, 300*time.Millisecond))
				until(t, "another process", func() bool {
					now, err := s.status(t.Context(), name)
					return err == nil && now.PID != before.PID
				})
			})
			assert.Positive(t, sum.Failed, "the fault was one")
		})
	}
	t.Run("two seconds of latency", func(t *testing.T) {
		sum := s.survive(t, func() {
			require.NoError(t, s.faults(t.Context(), "orders", url.Values{"latency": {"2s"}}))
			until(t, "the breaker opens", func() bool {
				_, all := s.told(t, "gateway", placeOrder)
				return all.Breakers["orders"] == "open"
			})
			require.NoError(t, s.faults(t.Context(), "orders", nil))
		})
		assert.Less(t, sum.Worst, load.Patience, "each client was told something")
	})
	t.Run("30 percent of errors", func(t *testing.T) {
		before, _ := s.told(t, "orders", placeOrder)
		s.survive(t, func() {
			require.NoError(t, s.faults(t.Context(), "orders", url.Values{"errors": {"0.3"}}))
			until(t, "ten errors", func() bool {
				p, _ := s.told(t, "orders", placeOrder)
				return p.Codes["Unavailable"] >= before.Codes["Unavailable"]+10
			})
			require.NoError(t, s.faults(t.Context(), "orders", nil))
		})
	})
	t.Run("connections that go silent", func(t *testing.T) {
		s.survive(t, func() {
			s.services["users"].proxy.Silence()
			s.services["orders"].proxy.Silence()
		})
	})
	t.Run("a database that somebody holds", func(t *testing.T) {
		sum := s.survive(t, func() {
			require.NoError(t, fault.Lock(t.Context(), filepath.Join(s.data, "orders.db"), "orders", time.Second))
		})
		assert.Greater(t, sum.Worst, store.Busy, "the fault was one")
	})
	secrets(t, s)
}

// The same, where services show each other certificates.
func TestShop_survivesWithTLS(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *config) { c.mtls = true })
	keys := s.privateKeys(t)
	t.Run("a stranger is refused", func(t *testing.T) {
		for _, name := range []string{"users", "orders"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url(name)+"/", http.NoBody)
			require.NoError(t, err)
			stranger := &http.Client{Transport: &http.Transport{
				TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it does not care whom it calls
			}}
			res, err := stranger.Do(r)
			if err == nil {
				_ = res.Body.Close()
			}
			assert.ErrorContains(t, err, "certificate required", name)
			stranger.CloseIdleConnections()
		}
	})
	t.Run("kill -9 of orders", func(t *testing.T) {
		sum := s.survive(t, func() { require.NoError(t, s.kill("orders", 300*time.Millisecond)) })
		assert.Positive(t, sum.Failed, "the fault was one")
	})
	t.Run("connections that go silent", func(t *testing.T) {
		s.survive(t, func() {
			s.services["users"].proxy.Silence()
			s.services["orders"].proxy.Silence()
		})
	})
	t.Run("a rolling restart", func(t *testing.T) {
		s.survive(t, func() {
			for _, name := range names {
				require.NoError(t, s.roll(t.Context(), name))
			}
		})
	})
	secrets(t, s, append(keys, s.privateKeys(t)...)...) // those of before, too
}

// The database is a process too, and somebody else's.
func TestShop_survivesWithPostgres(t *testing.T) {
	t.Parallel()
	inOneMode(t)
	db := pgserver.Open(t)
	t.Cleanup(db.Close)
	s := open(t, func(c *config) { c.dsn = db.URL() + "&password=hunter2" }) // which nobody asks for
	t.Run("kill -9 of orders", func(t *testing.T) {
		sum := s.survive(t, func() { require.NoError(t, s.kill("orders", 300*time.Millisecond)) })
		assert.Positive(t, sum.Failed, "the fault was one")
	})
	t.Run("kill -9 of the database", func(t *testing.T) {
		sum := s.survive(t, func() {
			require.NoError(t, db.Kill())
			s.failed(t, 3)
			require.NoError(t, db.Start())
		})
		assert.Positive(t, sum.By["503"], "clients are told that it passes")
		assert.Zero(t, sum.By["500"])
	})
	t.Run("orders that start while the database is away", func(t *testing.T) {
		s.survive(t, func() {
			require.NoError(t, db.Kill())
			require.NoError(t, s.kill("orders", 0))
			s.failed(t, 3)
			require.NoError(t, db.Start())
		})
	})
	t.Run("a table that somebody holds", func(t *testing.T) {
		sum := s.survive(t, func() { require.NoError(t, fault.Lock(t.Context(), s.dsn, "orders", time.Second)) })
		assert.Greater(t, sum.Worst, store.Busy, "the fault was one")
	})
	secrets(t, s, "hunter2")
	left, err := filepath.Glob(filepath.Join(s.data, "*.db"))
	require.NoError(t, err)
	assert.Empty(t, left, "and there is no SQLite")
}

// failed waits until so many more orders have failed.
func (s *shop) failed(t *testing.T, n int) {
	t.Helper()
	start := time.Now()
	until(t, "orders fail", func() bool { return load.Summarize(s.ledger.Since(start)).Failed >= n })
}

// privateKeys returns lines of the keys that the services have.
func (s *shop) privateKeys(t *testing.T) (lines []string) {
	t.Helper()
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(s.keys(), name+".key"))
		require.NoError(t, err)
		parts := strings.Split(string(b), "\n")
		require.Greater(t, len(parts), 3)
		lines = append(lines, parts[1])
	}
	return append(lines, "PRIVATE KEY")
}

// patient is for a shop in which no call is to fail, however busy the machine.
func patient(c *config) { c.try = 4 * time.Second }

// What is planned, and what others do, costs nobody a call.
func TestShop_losesNoCall(t *testing.T) {
	t.Parallel()
	s := open(t, patient)
	t.Run("a rolling restart", func(t *testing.T) {
		sum := s.survive(t, func() {
			for _, name := range names {
				require.NoError(t, s.roll(t.Context(), name))
			}
		})
		assert.Equal(t, sum.Calls, sum.OK, "no call fails")
	})
	t.Run("clients that never read", func(t *testing.T) {
		givenUp, end := s.neverRead(t)
		sum := s.survive(t, func() {
			until(t, "one is given up", func() bool { return givenUp() > 0 })
		})
		assert.Equal(t, sum.Calls, sum.OK, "others do not notice")
		until(t, "all are given up", func() bool { return givenUp() == silent })
		end()
	})
}

// silent is how many clients never read.
const silent uint64 = 4

// neverRead starts clients that never read; givenUp is on how many of them the
// gateway has hung up. Its metrics do not know: when the last write of a list is
// the one that nobody takes, the call itself is over, and was OK.
func (s *shop) neverRead(t *testing.T) (givenUp func() uint64, end func()) {
	t.Helper()
	require.NoError(t, populate(t.Context(), s.client))
	p, err := s.services["gateway"].process()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	var hungUp atomic.Uint64
	go func() {
		ended <- fault.NeverRead(ctx, p.Public, "/users", int(silent), 5*time.Millisecond, func() { hungUp.Add(1) })
	}()
	return hungUp.Load, func() {
		cancel()
		require.NoError(t, <-ended)
	}
}

// Neither the token nor another secret is in a line of the log, which has lines
// of each service.
func secrets(t *testing.T, s *shop, others ...string) {
	t.Helper()
	text := s.log.String()
	for _, secret := range append(others, s.token) {
		require.NotEmpty(t, secret)
		assert.NotContains(t, text, secret)
	}
	assert.NotContains(t, text, "Bearer")
	assert.NotContains(t, text, `"cup"`, "nor what was ordered")
	for _, name := range names {
		assert.Contains(t, text, `"service":"`+name+`"`)
	}
}

// Ten times as much as the gateway takes: it says so to whom it refuses, and
// serves the others as before.
func TestShop_shedsOverload(t *testing.T) {
	s := open(t, func(c *config) { c.rate, c.atOnce = 10, 4 })
	usual := load.Summarize(s.under(t, 8, func() { s.acked(t, 30) }))
	over := load.Summarize(s.under(t, 100, func() { s.acked(t, 40) }))
	t.Logf("usual: %+v", usual)
	t.Logf("over:  %+v", over)
	assert.Greater(t, over.Shed, over.OK)
	assert.LessOrEqual(t, over.P50, 2*max(usual.P50, 100*time.Millisecond))
	if os.Getenv(quietVar) != "" {
		assert.LessOrEqual(t, over.P99, 2*max(usual.P99, 50*time.Millisecond))
	}
	p, _ := s.told(t, "gateway", placeOrder)
	assert.EqualValues(t, usual.Shed+over.Shed, p.Codes["ResourceExhausted"], "and the metrics say the same")
	assert.EqualValues(t, usual.OK+over.OK, p.Codes["OK"])
	a, err := s.client.Place(t.Context(), &load.Order{Key: "1", UserID: s.users[0], Item: "cup", Quantity: 1})
	for err == nil && a.Status != http.StatusTooManyRequests {
		a, err = s.client.Place(t.Context(), &load.Order{Key: "1", UserID: s.users[0], Item: "cup", Quantity: 1})
	}
	require.NoError(t, err)
	assert.Equal(t, "1", a.Header.Get("Retry-After"))
}

// quietVar says that nothing else runs on the machine. Of forty orders the p99 is
// the slowest, and a machine that is busy makes one slow at any time.
const quietVar = "GOGUIDE_SHOP_QUIET"

// acked waits until so many more orders were acknowledged.
func (s *shop) acked(t *testing.T, n int) {
	t.Helper()
	before, _ := s.ledger.Counts()
	until(t, "orders are acknowledged", func() bool {
		now, _ := s.ledger.Counts()
		return now >= before+n
	})
}
