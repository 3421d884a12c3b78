//go:build unix

package main

import (
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/grpc/shop/load"
)

// compared does the same to a shop and to one without a row of the checklist.
// Rows that would hide what that one is good for are off in both.
func compared[T any](t *testing.T, row string, hiding []string, measure func(*testing.T, *shop) T, set ...func(*config)) (with, without T) {
	t.Helper()
	inOneMode(t)
	for _, off := range [][]string{hiding, append([]string{row}, hiding...)} {
		t.Run(fmt.Sprint("without ", off), func(t *testing.T) {
			s := open(t, append(set, func(c *config) { c.without = off })...)
			with, without = without, measure(t, s)
		})
	}
	return with, without
}

func inject(t *testing.T, s *shop, name, value string) {
	t.Helper()
	require.NoError(t, s.faults(t.Context(), "orders", url.Values{name: {value}}))
}

// answered waits for so many more calls to be answered.
func answered(t *testing.T, s *shop, n int) {
	t.Helper()
	start := time.Now()
	until(t, "calls are answered", func() bool { return len(s.ledger.Since(start)) >= n })
}

// received is how many calls of PlaceOrder have come to orders, and been
// answered.
func received(t *testing.T, s *shop) (n float64) {
	t.Helper()
	p, _ := s.told(t, "orders", placeOrder)
	for _, calls := range p.Codes {
		n += float64(calls)
	}
	return n
}

// Whoever is killed in the middle of a call has not told its end.
func TestWithout_drain(t *testing.T) {
	t.Parallel()
	var warnings []string
	with, without := compared(t, "drain", []string{"retry"}, func(t *testing.T, s *shop) load.Summary {
		inject(t, s, "latency", "300ms") // so that there are calls to be lost
		sum := load.Summarize(s.under(t, rate, func() {
			s.well(t)
			require.NoError(t, s.roll(t.Context(), "orders"))
			s.well(t)
		}))
		warnings = append(warnings, s.log.warnings())
		return sum
	}, patient)
	t.Logf("failed calls while orders restarts: %d (%v), without a drain %d (%v)", with.Failed, with.By, without.Failed, without.By)
	assert.Zero(t, with.Failed, warnings[0])
	assert.Positive(t, without.Failed)
}

// A client waits as long as the slowest service.
func TestWithout_deadline(t *testing.T) {
	t.Parallel()
	with, without := compared(t, "deadline", []string{"breaker"}, func(t *testing.T, s *shop) (worst time.Duration) {
		inject(t, s, "latency", "3500ms")
		start := time.Now()
		var calls sync.WaitGroup
		for i := range 5 {
			calls.Go(func() {
				_, _ = s.client.Place(t.Context(), // it is for its time alone
					&load.Order{Key: fmt.Sprint(i), UserID: s.users[0], Item: "cup", Quantity: 1})
			})
		}
		calls.Wait()
		return time.Since(start)
	})
	t.Logf("a client waits %v, without deadlines %v", with.Round(time.Millisecond), without.Round(time.Millisecond))
	assert.Less(t, with, 3500*time.Millisecond)
	assert.GreaterOrEqual(t, without, 3500*time.Millisecond)
}

// What fails is asked as often as before.
func TestWithout_breaker(t *testing.T) {
	t.Parallel()
	with, without := compared(t, "breaker", []string{"retry"}, func(t *testing.T, s *shop) float64 {
		inject(t, s, "errors", "1")
		all := s.under(t, rate, func() { answered(t, s, 45) })
		return received(t, s) / float64(len(all))
	})
	t.Logf("calls to a service that fails, for each of a client: %.2f, without a breaker %.2f", with, without)
	assert.Greater(t, without, 1.5*with)
}

// What fails is asked three times as often as before.
func TestWithout_budget(t *testing.T) {
	t.Parallel()
	with, without := compared(t, "budget", []string{"breaker"}, func(t *testing.T, s *shop) float64 {
		inject(t, s, "errors", "1")
		all := s.under(t, rate, func() { answered(t, s, 45) })
		return received(t, s) / float64(len(all))
	})
	t.Logf("calls to a service that fails, for each of a client: %.2f, without a budget %.2f", with, without)
	assert.Less(t, with, 1.5)
	assert.Greater(t, without, 1.5*with) // three times, where each try has the time
}

// A connection whose other end has vanished is used on and on.
func TestWithout_ping(t *testing.T) {
	t.Parallel()
	const watch = 4 * time.Second
	with, without := compared(t, "ping", nil, func(t *testing.T, s *shop) (acknowledged int) {
		s.under(t, rate, func() {
			s.well(t)
			start := time.Now()
			s.services["orders"].proxy.Silence()
			until(t, "an order is acknowledged, or time is up", func() bool {
				acknowledged = load.Summarize(s.ledger.Since(start.Add(100 * time.Millisecond))).OK
				return acknowledged > 0 || time.Since(start) > watch
			})
		})
		return acknowledged
	})
	t.Logf("orders within %v of a silence: %d or more, without a ping %d", watch, with, without)
	assert.Positive(t, with)
	assert.Zero(t, without)
}

// Who reads nothing holds what he has got.
func TestWithout_write(t *testing.T) {
	t.Parallel()
	with, without := compared(t, "write", nil, func(t *testing.T, s *shop) (gone uint64) {
		givenUp, end := s.neverRead(t)
		var done uint64
		last := time.Now() // of an answer that was finished, or a client given up
		until(t, "they are given up, or nothing happens for long", func() bool {
			p, _ := s.told(t, "gateway", listUsers)
			if now := givenUp(); p.Codes["OK"] != done || now != gone {
				done, gone, last = p.Codes["OK"], now, time.Now()
			}
			return gone == silent || time.Since(last) > s.writeTime+5*time.Second
		})
		end()
		return gone
	})
	t.Logf("of %d who read nothing %d are given up, without a limit to writes %d", silent, with, without)
	assert.Equal(t, silent, with)
	assert.Zero(t, without)
}

// All are served late, and then none in time.
func TestWithout_limit(t *testing.T) {
	t.Parallel()
	with, without := compared(t, "limit", nil, func(t *testing.T, s *shop) load.Summary {
		inject(t, s, "serial", "50ms") // 20 a second, whatever the machine
		return load.Summarize(s.under(t, 60, func() { answered(t, s, 180) }))
	}, func(c *config) { c.rate, c.atOnce = 12, 4 })
	t.Logf("with:    %+v", with)
	t.Logf("without: %+v", without)
	assert.Greater(t, without.P50, with.P50)
	assert.Greater(t, without.Failed, 2*with.Failed)
}
