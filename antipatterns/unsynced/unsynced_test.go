package unsynced

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errRow = errors.New("no such column")

func TestJob_Progress(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var j Job
		ended := j.Start([]string{"a", "b"}, func(string) {})
		_ = j.Progress()
		<-ended
	})
}

// The near-miss: the channel that is closed orders the two.
func TestJob_Progress_atTheEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var j Job
		<-j.Start([]string{"a", "b"}, func(string) {})
		assert.Equal(t, "2 rows", j.Progress())
	})
}

func TestImport_Done_isSeenWhileItRuns(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var i Import
		step, err := make(chan struct{}), make(chan error)
		go func() {
			err <- i.Run(t.Context(), []string{"a", "b", "c"},
				func(ctx context.Context, row string) error {
					<-step
					if row == "c" {
						return errRow
					}
					return ctx.Err()
				})
		}()
		assert.Zero(t, i.Done())
		step <- struct{}{}
		for i.Done() == 0 {
			runtime.Gosched() // no channel says it: Done alone must
		}
		assert.Equal(t, 1, i.Done())
		close(step)
		assert.ErrorIs(t, <-err, errRow)
		assert.Equal(t, 2, i.Done())
	})
}

func TestService_Conn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var both sync.WaitGroup
		both.Add(2)
		s := Service{Dial: func() *Conn { both.Done(); both.Wait(); return &Conn{"db"} }}
		conns := make([]*Conn, 2)
		parallel.Do(2, func(i int) { conns[i] = s.Conn() })
		assert.NotSame(t, conns[0], conns[1], "or both have the second")
	})
}

// The near-miss: main asks before there are requests.
func TestService_Conn_atStart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := Service{Dial: func() *Conn { return &Conn{"db"} }}
		first := s.Conn()
		parallel.Do(4, func(int) { assert.Same(t, first, s.Conn()) })
	})
}

func TestGateway_Conn_dialsOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		dialled := 0
		g := NewGateway(func() *Conn {
			dialled++ // a race, were it twice
			runtime.Gosched()
			return &Conn{"db"}
		})
		assert.Zero(t, dialled, "nobody has asked")
		conns := make([]*Conn, 4)
		parallel.Do(4, func(i int) { conns[i] = g.Conn() })
		for _, c := range conns {
			assert.Same(t, conns[0], c)
		}
		assert.Equal(t, 1, dialled)
	})
}

// Both have looked before one of them enters.
func TestTurnstile_Enter(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var both sync.WaitGroup
		both.Add(2)
		s := Turnstile{Limit: 1, Log: func(int64) { both.Done(); both.Wait() }}
		parallel.Do(2, func(int) { assert.True(t, s.Enter()) })
		assert.Equal(t, int64(2), s.in.Load(), "where there is room for one")
	})
}

// The near-miss: one after the other.
func TestTurnstile_Enter_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := Turnstile{Limit: 1, Log: func(int64) {}}
		assert.True(t, s.Enter())
		assert.False(t, s.Enter())
	})
}

func TestGate_Enter_neverLetsInTooMany(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const limit = 3
		g := NewGate(limit)
		var entered, refused sync.WaitGroup
		entered.Add(limit)
		refused.Add(8 - limit)
		parallel.Do(8, func(int) {
			if !g.Enter() {
				refused.Done()
				return
			}
			entered.Done()
			refused.Wait() // who is in stays until all others are refused
			g.Leave()
		})
		entered.Wait()
		for range limit {
			assert.True(t, g.Enter(), "all have left")
		}
		assert.False(t, g.Enter())
	})
}

func TestGate_Enter_manyAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		g := NewGate(1)
		var in, tooMany atomic.Int64
		parallel.Do(4, func(int) {
			for range 50_000 {
				if !g.Enter() {
					continue
				}
				if in.Add(1) > 1 {
					tooMany.Add(1)
				}
				in.Add(-1)
				g.Leave()
			}
		})
		assert.Zero(t, tooMany.Load())
		assert.Zero(t, g.in.Load())
	})
}

func TestBackend_Switch(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Backend
		b.Switch("old", func(string) string { return "old's key" })
		asked := false
		b.Switch("new", func(string) string {
			parallel.Do(1, func(int) { // another request
				asked = true
				assert.Equal(t, Address{"new", "old's key"}, b.Address())
			})
			return "new's key"
		})
		assert.True(t, asked)
	})
}

// The near-miss: nobody asks meanwhile.
func TestBackend_Switch_atNight(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Backend
		b.Switch("old", func(host string) string { return host + "'s key" })
		b.Switch("new", func(host string) string { return host + "'s key" })
		parallel.Do(2, func(int) { assert.Equal(t, Address{"new", "new's key"}, b.Address()) })
	})
}

func TestUpstream_Switch_isOneStep(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var u Upstream
		assert.Zero(t, u.Address())
		require.ErrorIs(t, u.Switch("bad", func(string) (string, error) { return "half", errRow }), errRow)
		assert.Zero(t, u.Address())
		require.NoError(t, u.Switch("old", func(string) (string, error) { return "old's key", nil }))
		require.NoError(t, u.Switch("new", func(string) (string, error) {
			parallel.Do(1, func(int) { assert.Equal(t, Address{"old", "old's key"}, u.Address()) })
			return "new's key", nil
		}))
		assert.Equal(t, Address{"new", "new's key"}, u.Address())
	})
}

func TestUpstream_Address_whileItMoves(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var u Upstream
		parallel.Do(4, func(i int) {
			for range 200 {
				host := string(rune('a' + i))
				assert.NoError(t, u.Switch(host, func(host string) (string, error) { return host, nil }))
				a := u.Address()
				assert.Equal(t, a.Host, a.Key)
			}
		})
	})
}

// Show comes first, and Set while it reads or later: -race reports it. It says
// nothing where Set is first, so Set waits until Show has counted.
func TestBanner_Show(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Banner
		var wg sync.WaitGroup
		wg.Go(func() {
			for b.events.Load() == 0 {
				runtime.Gosched()
			}
			b.Set("down at noon")
		})
		_ = b.Show()
		wg.Wait()
	})
}

// The same code and the same two goroutines: here Set comes first, and the
// counter of both orders them. -race is silent.
func TestBanner_Show_hiddenByTheCounter(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Banner
		var wg sync.WaitGroup
		wg.Go(func() { b.Set("down at noon") })
		for b.events.Load() == 0 {
			runtime.Gosched() // as a request that comes later
		}
		assert.Equal(t, "down at noon", b.Show())
		wg.Wait()
	})
}

func TestNotice_Show_whileItIsSet(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var n Notice
		assert.Empty(t, n.Show())
		parallel.Do(4, func(i int) {
			if i == 0 {
				n.Set("down at noon")
				return
			}
			for n.Show() == "" {
				runtime.Gosched()
			}
			assert.Equal(t, "down at noon", n.Show())
		})
	})
}
