package rwmutex

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("down")

// writerWaits returns when somebody waits to lock mu, which others read-lock.
func writerWaits(mu *sync.RWMutex) {
	for mu.TryRLock() {
		mu.RUnlock()
		runtime.Gosched()
	}
}

// A writer is an io.Writer made of a function.
type writer func(line string) error

func (w writer) Write(p []byte) (int, error) { return len(p), w(string(p)) }

func TestRates_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		NewRates().Get("EUR", func() float64 { return 1.1 })
	})
}

// The near-miss: a rate that is there needs no second lock. With a cache that
// the test has filled, nothing hangs.
func TestRates_Get_loaded(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r := NewRates()
		r.rates["EUR"] = 1.1
		parallel.Do(4, func(int) { assert.InDelta(t, 1.1, r.Get("EUR", nil), 0) })
	})
}

// Both have found no room before one of them opens one.
func TestRooms_Join(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := NewRooms()
		var both sync.WaitGroup
		both.Add(2)
		joined := make([]*Room, 2)
		parallel.Do(2, func(i int) {
			joined[i] = r.Join("go", func() *Room {
				both.Done()
				both.Wait()
				return &Room{}
			})
		})
		assert.NotSame(t, joined[0], joined[1])
		assert.Equal(t, 1, joined[0].Members(), "of 2")
	})
}

// The near-miss: once the room is there, any number may join it at once.
func TestRooms_Join_opened(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r := NewRooms()
		room := r.Join("go", func() *Room { return &Room{} })
		parallel.Do(4, func(int) { assert.Same(t, room, r.Join("go", nil)) })
		assert.Equal(t, 5, room.Members())
	})
}

func TestScores_Top(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var s Scores
		s.Add(7)
		s.Add(9)
		parallel.Do(2, func(int) { s.Top(1) })
	})
}

// The near-miss: a Top before sorts alone, and those after it only read.
func TestScores_Top_sorted(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Scores
		s.Add(7)
		s.Add(9)
		assert.Equal(t, []int{9, 7}, s.Top(3))
		parallel.Do(4, func(int) { assert.Equal(t, []int{9}, s.Top(1)) })
	})
}

// Set waits for Print to end when Print calls Of for the second part.
func TestStatus_Print(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewStatus("db", "mail")
		_ = s.Print(writer(func(string) error {
			go s.Set("db", "up")
			writerWaits(&s.mu)
			return nil
		}))
	})
}

// The near-miss: other readers may come between, as many as there are.
func TestStatus_Print_noWriter(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewStatus("db", "mail")
		s.Set("db", "up")
		var page strings.Builder
		require.NoError(t, s.Print(writer(func(line string) error {
			page.WriteString(line)
			parallel.Do(4, func(int) { assert.NoError(t, s.Print(io.Discard)) })
			return nil
		})))
		assert.Equal(t, "db: up\nmail: unknown\n", page.String())
		require.ErrorIs(t, s.Print(writer(func(string) error { return errDown })), errDown)
	})
}

// What the package comment says of sync.RWMutex itself.
func TestRWMutex_writerHoldsBackLaterReaders(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var mu sync.RWMutex
		var wg sync.WaitGroup
		mu.RLock()
		assert.True(t, mu.TryRLock(), "readers are side by side")
		mu.RUnlock()
		wg.Go(func() { mu.Lock(); defer mu.Unlock() })
		writerWaits(&mu) // for ever, if readers still came in
		mu.RUnlock()
		wg.Wait()
		assert.True(t, mu.TryRLock())
	})
}

func TestCatalog_readersAreSideBySide(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Catalog
		c.Set("tea", 3)
		c.mu.RLock() // a reader that takes its time
		parallel.Do(4, func(int) {
			price, ok := c.Price("tea")
			assert.True(t, ok)
			assert.Equal(t, 3, price)
			_, ok = c.Price("milk")
			assert.False(t, ok)
			assert.Equal(t, []string{"tea"}, c.Cheapest(1))
			assert.NoError(t, c.Print(io.Discard))
			_, err := c.Fetch(t.Context(), "tea", nil)
			assert.NoError(t, err)
		})
		c.mu.RUnlock()
	})
}

func TestCatalog_readsAndWritesAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Catalog
		parallel.Do(8, func(int) {
			for price := range 50 {
				c.Set("tea", price)
				_, ok := c.Price("tea")
				assert.True(t, ok)
				assert.Len(t, c.Cheapest(2), 1)
				assert.NoError(t, c.Print(io.Discard))
			}
		})
	})
}

// Both have missed the price before one of them keeps it.
func TestCatalog_looksAgainAfterItHasFetched(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Catalog
		var both sync.WaitGroup
		both.Add(2)
		prices := make([]int, 2)
		parallel.Do(2, func(i int) {
			var err error
			prices[i], err = c.Fetch(t.Context(), "tea",
				func(context.Context, string) (int, error) {
					both.Done()
					both.Wait()
					return 3 + i, nil
				})
			assert.NoError(t, err)
		})
		kept, _ := c.Price("tea")
		assert.Contains(t, []int{3, 4}, kept)
		assert.Equal(t, []int{kept, kept}, prices)
	})
}

func TestCatalog_fetchesWithoutTheLock(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		var c Catalog
		price, err := c.Fetch(ctx, "tea",
			func(got context.Context, article string) (int, error) {
				assert.Equal(t, ctx, got)
				assert.Equal(t, "tea", article)
				c.Set("milk", 1)
				return 3, nil
			})
		require.NoError(t, err)
		assert.Equal(t, 3, price)
		price, err = c.Fetch(ctx, "tea", nil)
		require.NoError(t, err)
		assert.Equal(t, 3, price)
	})
}

func TestCatalog_fetchesAgainAfterAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Catalog
		down := func(context.Context, string) (int, error) { return 3, errDown }
		_, err := c.Fetch(t.Context(), "tea", down)
		require.ErrorIs(t, err, errDown)
		_, ok := c.Price("tea")
		assert.False(t, ok)
		up := func(context.Context, string) (int, error) { return 4, nil }
		price, err := c.Fetch(t.Context(), "tea", up)
		require.NoError(t, err)
		assert.Equal(t, 4, price)
	})
}

func TestCatalog_sortsByPrice(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Catalog
		assert.Empty(t, c.Cheapest(1))
		c.Set("tea", 3)
		c.Set("milk", 1)
		c.Set("jam", 3)
		assert.Equal(t, []string{"milk", "jam"}, c.Cheapest(2))
		assert.Equal(t, []string{"milk", "jam", "tea"}, c.Cheapest(9))
	})
}

func TestCatalog_printsOneMoment(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Catalog
		c.Set("tea", 3)
		c.Set("milk", 1)
		var page strings.Builder
		require.NoError(t, c.Print(writer(func(line string) error {
			page.WriteString(line)
			c.Set("tea", 100)
			return nil
		})))
		assert.Equal(t, "milk: 1\ntea: 3\n", page.String())
		require.ErrorIs(t, c.Print(writer(func(string) error { return errDown })), errDown)
	})
}
