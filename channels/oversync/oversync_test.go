package oversync

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBad = errors.New("no more")

func TestCounters_loseNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var byMutex MutexCounter
		byOwner := OwnCounter(ctx)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					byMutex.Add(2)
					assert.NoError(t, byOwner.Add(2))
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 800, byMutex.Load())
		n, err := byOwner.Load()
		require.NoError(t, err)
		assert.EqualValues(t, 800, n)
	})
}

// cache is what the three have in common.
type cache interface {
	Get(k string) (int, bool)
	Set(k string, v int)
}

// owned has the methods of the others, for a test whose owner does not stop.
type owned struct{ *OwnedCache[string, int] }

func (c owned) Get(k string) (int, bool) {
	v, ok, err := c.OwnedCache.Get(k)
	return v, ok && err == nil
}

func (c owned) Set(k string, v int) { _ = c.OwnedCache.Set(k, v) }

func TestCaches_keepWhatWasSet(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(context.Context) cache{
		"by mutex":  func(context.Context) cache { return new(MutexCache[string, int]) },
		"by atomic": func(context.Context) cache { return new(AtomicCache[string, int]) },
		"by owner":  func(ctx context.Context) cache { return owned{OwnCache[string, int](ctx)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c := start(ctx)
				_, ok := c.Get("a")
				assert.False(t, ok, "it is empty")
				var wg sync.WaitGroup
				names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
				const each = 100
				for _, name := range names {
					wg.Go(func() {
						for n := range each {
							c.Set(name+strconv.Itoa(n), -1)
							c.Set(name+strconv.Itoa(n), n)
							v, _ := c.Get(name + strconv.Itoa(n))
							assert.Equal(t, n, v)
						}
					})
				}
				wg.Wait()
				for _, name := range names {
					for n := range each {
						v, ok := c.Get(name + strconv.Itoa(n))
						assert.True(t, ok)
						assert.Equal(t, n, v)
					}
				}
				_, ok = c.Get("z")
				assert.False(t, ok)
			})
		})
	}
}

func TestOwners_refuseOnceTheyHaveStopped(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		counter, c := OwnCounter(ctx), OwnCache[string, int](ctx)
		cancel()
		<-counter.done
		<-c.done
		require.ErrorIs(t, counter.Add(1), ErrStopped)
		_, err := counter.Load()
		require.ErrorIs(t, err, ErrStopped)
		require.ErrorIs(t, c.Set("a", 1), ErrStopped)
		_, _, err = c.Get("a")
		assert.ErrorIs(t, err, ErrStopped)
	})
}

func TestLock_letsInOneAtATime(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		lock := NewLock()
		n := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					assert.NoError(t, lock.Do(t.Context(), func() error { n++; return nil }))
				}
			})
		}
		wg.Wait()
		assert.Equal(t, 160, n)
	})
}

func TestLock_givesUpWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lock := NewLock()
		go func() {
			_ = lock.Do(t.Context(), func() error { time.Sleep(time.Hour); return nil })
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBad)
		defer cancel()
		start := time.Now()
		err := lock.Do(ctx, func() error {
			assert.Fail(t, "it is held by another")
			return nil
		})
		require.ErrorIs(t, err, errBad)
		assert.Equal(t, time.Second, time.Since(start))
		require.NoError(t, lock.Do(t.Context(), func() error { return nil }))
		assert.Equal(t, time.Hour, time.Since(start))
	})
}

func TestLock_isReleasedHoweverItEnds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		lock := NewLock()
		require.ErrorIs(t, lock.Do(t.Context(), func() error { return errBad }), errBad)
		assert.Panics(t, func() { _ = lock.Do(t.Context(), func() error { panic("nil map") }) })
		assert.NoError(t, lock.Do(t.Context(), func() error { return nil }))
	})
}

func TestAccount_Withdraw(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		a := NewAccount(10)
		require.ErrorIs(t, a.Withdraw(11), ErrFunds)
		_ = a.Withdraw(1)
		assert.Fail(t, "it returned")
	})
}

// The near-miss: as long as there is enough, each gives the lock back.
func TestAccount_Withdraw_enough(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		a := NewAccount(10)
		require.NoError(t, a.Withdraw(4))
		require.NoError(t, a.Withdraw(6))
		assert.Zero(t, a.balance)
	})
}

func TestAccount_Update(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		a := NewAccount(10)
		assert.Panics(t, func() { // and recovers, as net/http does
			a.Update(func(int) int { panic("division by zero") })
		})
		a.Update(func(n int) int { return n + 1 })
		assert.Fail(t, "it returned")
	})
}

// The near-miss: changes that do not panic.
func TestAccount_Update_twice(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		a := NewAccount(10)
		a.Update(func(n int) int { return n * 2 })
		a.Update(func(n int) int { return n + 1 })
		assert.Equal(t, 21, a.balance)
	})
}

func TestNewSessions(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewSessions()
		s.Login("ada")
		s.Login("rob")
		s.Login("ada")
		assert.Equal(t, 2, s.Seen())
	})
}

func TestHits_Hit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		h := NewHits(ctx)
		h.Hit()
		cancel()
		<-h.done
		h.Hit()
		assert.Fail(t, "it returned")
	})
}

// The near-miss: nobody counts after the end.
func TestHits_Hit_beforeTheEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		h := NewHits(ctx)
		for range 3 {
			h.Hit()
		}
		cancel()
		<-h.done
	})
}

func TestSeats_Book(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		seats := NewSeats(1)
		var paying, booked sync.WaitGroup
		paying.Add(2)
		for range 2 {
			booked.Go(func() {
				assert.NoError(t, seats.Book(func() error {
					paying.Done()
					paying.Wait() // both pay at the same time
					return nil
				}))
			})
		}
		booked.Wait()
		assert.Zero(t, seats.Free(), "and two tickets for one seat")
	})
}

// The near-miss: one after the other, the second is told.
func TestSeats_Book_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		seats := NewSeats(1)
		require.NoError(t, seats.Book(func() error { return nil }))
		assert.ErrorIs(t, seats.Book(func() error { return nil }), ErrSoldOut)
	})
}
