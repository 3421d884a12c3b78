package mapaccess

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

// ids returns the IDs of n sessions.
func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(i)
	}
	return all
}

func TestHits_Count(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := NewHits()
		parallel.Do(8, func(int) {
			var err error
			for range 100_000 {
				err = errors.Join(err, h.Count("/"))
			}
			assert.NoError(t, err, "nothing to recover")
		})
	})
}

// The near-miss: any number of goroutines may read.
func TestHits_Count_before(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := NewHits()
		require.NoError(t, h.Count("/"))
		parallel.Do(8, func(int) { assert.Equal(t, 1, h.paths["/"]) })
	})
}

// expired returns n sessions that are over by noon.
func expired(n int) map[string]Session {
	sessions := make(map[string]Session, n)
	for _, id := range ids(n) {
		sessions[id] = Session{User: "ana", Expires: noon}
	}
	return sessions
}

// Most runs end in a fatal error, some in none, and a few in a nil pointer
// dereference.
func TestLogins_Get(t *testing.T) {
	t.Parallel()
	const sessions = 10_000
	detect.Bug(t, func() {
		l := NewLogins(expired(sessions))
		all := ids(sessions)
		parallel.Do(8, func(int) {
			for _, id := range all {
				l.Get(id, noon)
			}
		})
	})
}

// The near-miss: while no session expires, Get only reads.
func TestLogins_Get_inTime(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		l := NewLogins(expired(100))
		parallel.Do(8, func(int) {
			for _, id := range ids(100) {
				_, ok := l.Get(id, noon.Add(-1))
				assert.True(t, ok)
			}
		})
	})
}

func TestSessions_Get_deletesWhatHasExpired(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sessions
		_, ok := s.Get("1", noon)
		require.False(t, ok)
		ana := Session{User: "ana", Expires: noon}
		s.Put("1", ana)
		got, ok := s.Get("1", noon.Add(-1))
		require.True(t, ok)
		require.Equal(t, ana, got)
		got, ok = s.Get("1", noon)
		require.False(t, ok)
		require.Zero(t, got)
		assert.Empty(t, s.All())
	})
}

func TestSessions_manyAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sessions
		parallel.Do(8, func(int) {
			for i, id := range ids(500) {
				s.Put(id, Session{User: "ana", Expires: noon.Add(time.Duration(i % 2))})
				s.Get(id, noon)
				if i%50 == 0 {
					for id, session := range s.All() {
						assert.Equal(t, "ana", session.User, id)
					}
				}
			}
		})
	})
}

func TestSessions_All_belongsToTheCaller(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sessions
		s.Put("1", Session{User: "ana", Expires: noon})
		all := s.All()
		s.Put("2", Session{User: "bob", Expires: noon})
		assert.Len(t, all, 1)
		delete(all, "1")
		assert.Len(t, s.All(), 2)
	})
}

// Some runs end in a fatal error, most in none.
func TestDirectory_All(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		d := NewDirectory()
		for _, id := range ids(8) {
			d.Move(id, "here")
		}
		all := d.All()
		parallel.Do(2, func(i int) {
			for range 20_000 {
				if i == 0 {
					d.Move("1", "there")
					continue
				}
				for _, address := range all {
					_ = address
				}
			}
		})
	})
}

// The near-miss: no service moves any more.
func TestDirectory_All_atRest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		d := NewDirectory()
		d.Move("db", "here")
		parallel.Do(4, func(int) { assert.Equal(t, map[string]string{"db": "here"}, d.All()) })
	})
}

// Both have loaded before one of them deletes.
func TestVouchers_Redeem(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var both sync.WaitGroup
		both.Add(2)
		v := Vouchers{Pay: func(int) { both.Done(); both.Wait() }}
		v.Issue("SPRING", 500)
		parallel.Do(2, func(int) { assert.True(t, v.Redeem("SPRING"), "both are paid") })
		assert.False(t, v.Redeem("SPRING"))
	})
}

// The near-miss: one after the other.
func TestVouchers_Redeem_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		paid := 0
		v := Vouchers{Pay: func(cents int) { paid += cents }}
		v.Issue("SPRING", 500)
		assert.True(t, v.Redeem("SPRING"))
		assert.False(t, v.Redeem("SPRING"))
		assert.Equal(t, 500, paid)
	})
}

func TestCoupons_Redeem_once(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Coupons
		for _, code := range ids(500) {
			c.Issue(code, 500)
		}
		paid := make(chan int, 8*500)
		parallel.Do(8, func(int) {
			for _, code := range ids(500) {
				if amount, ok := c.Redeem(code); ok {
					paid <- amount
				}
			}
		})
		require.Len(t, paid, 500)
		assert.Equal(t, 500, <-paid)
		_, ok := c.Redeem("none")
		assert.False(t, ok)
	})
}

func TestGauge_Delta(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		g := NewGauge()
		g.Count("mails")
		assert.Equal(t, map[string]int{"mails": 1}, g.Delta())
		g.Count("mails")
		assert.Equal(t, map[string]int{"mails": 0}, g.Delta(), "of one")
	})
}

// The near-miss: the first report is right.
func TestGauge_Delta_first(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		g := NewGauge()
		parallel.Do(4, func(int) { g.Count("mails") })
		assert.Equal(t, map[string]int{"mails": 4}, g.Delta())
	})
}

func TestMeter_Take_losesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m Meter
		assert.Empty(t, m.Take())
		m.Count("mails")
		m.Count("mails")
		first := m.Take()
		m.Count("mails")
		assert.Equal(t, map[string]int{"mails": 2}, first)
		assert.Equal(t, map[string]int{"mails": 1}, m.Take())

		taken := make(chan int, 8)
		parallel.Do(8, func(i int) {
			sum := 0
			for range 500 {
				m.Count("mails")
				if i%2 == 0 {
					sum += m.Take()["mails"]
				}
			}
			taken <- sum
		})
		total := m.Take()["mails"]
		for range 8 {
			total += <-taken
		}
		assert.Equal(t, 8*500, total)
	})
}
