package semaphore

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/semaphore"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// both are the two loops for items that weigh one each.
var both = map[string]func(context.Context, iter.Seq[int], int, func(context.Context, int)) error{
	"ForEach": func(ctx context.Context, items iter.Seq[int], limit int, do func(context.Context, int)) error {
		return ForEach(ctx, items, int64(limit), func(int) int64 { return 1 }, do)
	},
	"ForEachSlot": ForEachSlot[int],
}

// count yields 0, 1, … n-1 and keeps how many it has yielded.
func count(n int, yielded *atomic.Int32) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			yielded.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

// Both the tasks and the items taken are bounded: one more item than tasks is
// in hand. AcquireInside is the counterpart.
func TestForEach_boundsTasksAndItems(t *testing.T) {
	t.Parallel()
	for name, forEach := range both {
		for limit, want := range map[int]int32{-1: 1, 0: 1, 1: 1, 3: 3} {
			synctest.Test(t, func(t *testing.T) {
				var yielded, running atomic.Int32
				gate := make(chan struct{})
				over := make(chan error)
				go func() {
					over <- forEach(t.Context(), count(100, &yielded), limit, func(context.Context, int) {
						running.Add(1)
						defer running.Add(-1)
						<-gate
					})
				}()
				synctest.Wait()
				assert.Equal(t, want, running.Load(), "%s, limit %d", name, limit)
				assert.Equal(t, want+1, yielded.Load(), "%s, limit %d", name, limit)
				close(gate)
				assert.NoError(t, <-over)
				assert.EqualValues(t, 100, yielded.Load())
			})
		}
	}
}

func TestForEach_waitsForWhatItBeganWhenContextEnds(t *testing.T) {
	t.Parallel()
	for name, forEach := range both {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var yielded, begun atomic.Int32
			gate := make(chan struct{})
			over := make(chan error, 1)
			go func() {
				over <- forEach(ctx, count(9, &yielded), 1, func(context.Context, int) {
					begun.Add(1)
					cancel()
					<-gate
				})
			}()
			synctest.Wait()
			require.Error(t, ctx.Err())
			assert.Empty(t, over, "%s left a task behind", name)
			close(gate)
			assert.ErrorIs(t, <-over, context.Canceled)
			assert.EqualValues(t, 1, begun.Load(), name)
			assert.EqualValues(t, 2, yielded.Load(), name)
		})
	}
}

func TestForEach_beginsNothingAfterContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 {
			var begun atomic.Int32
			err := both["ForEach"](ctx, slices.Values([]int{0, 1}), 2, func(context.Context, int) { begun.Add(1) })
			require.ErrorIs(t, err, context.Canceled)
			require.Zero(t, begun.Load())
		}
	})
}

// The odds that 100 selects agree are 2 in 2^100.
func TestForEachSlot_mayBeginSomeAfterContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var begun atomic.Int32
		for range 100 {
			_ = ForEachSlot(ctx, slices.Values([]int{0}), 1, func(context.Context, int) { begun.Add(1) })
		}
		assert.Positive(t, begun.Load())
		assert.Less(t, begun.Load(), int32(100))
	})
}

// Each item takes a second, so the time tells which ran side by side.
func TestForEach_addsUpTheWeights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		weights []int64
		want    time.Duration
	}{
		{"all fit", []int64{1, 1, 2}, time.Second},
		{"two and two", []int64{2, 2, 2, 2}, 2 * time.Second},
		{"a heavy one runs alone", []int64{1, 4, 1}, 3 * time.Second},
		{"so does one above the budget", []int64{1, 99, 1}, 3 * time.Second},
		{"nobody overtakes", []int64{3, 2, 1}, 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			err := ForEach(t.Context(), slices.Values(c.weights), 4,
				func(w int64) int64 { return w },
				func(context.Context, int64) { time.Sleep(time.Second) })
			require.NoError(t, err)
			assert.Equal(t, c.want, time.Since(start), c.name)
		})
	}
}

func TestShed_refusesWhileBusy(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sem := semaphore.NewWeighted(1)
		err := Shed(sem, func() error {
			return Shed(sem, func() error { assert.Fail(t, "it ran"); return nil })
		})
		require.ErrorIs(t, err, ErrBusy)
		assert.NoError(t, Shed(sem, func() error { return nil }), "it gives its permit back")
	})
}

// One permit is free all the time, and yet the small request, which it would
// serve, waits behind the big one.
func TestWeighted_servesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sem := semaphore.NewWeighted(2)
		require.NoError(t, sem.Acquire(t.Context(), 1))
		served := make(chan string, 2)
		ask := func(name string, n int64) {
			if assert.NoError(t, sem.Acquire(t.Context(), n)) {
				served <- name
				sem.Release(n)
			}
		}
		go ask("big", 2)
		synctest.Wait()
		go ask("small", 1)
		synctest.Wait()
		assert.Empty(t, served)
		assert.False(t, sem.TryAcquire(1), "TryAcquire does not overtake either")

		sem.Release(1)
		assert.Equal(t, "big", <-served)
		assert.Equal(t, "small", <-served)
		synctest.Wait() // until both have released
		assert.True(t, sem.TryAcquire(2))
	})
}

// The big one that gives up lets the small one pass.
func TestWeighted_goesOnWhenTheFirstGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sem := semaphore.NewWeighted(2)
		require.NoError(t, sem.Acquire(t.Context(), 1))
		start := time.Now()
		var other sync.WaitGroup
		defer other.Wait()
		other.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			assert.ErrorIs(t, sem.Acquire(ctx, 2), context.DeadlineExceeded)
		})
		synctest.Wait()
		require.NoError(t, sem.Acquire(t.Context(), 1))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// A request for more than there is waits out its ctx, but not in the queue:
// it keeps nobody.
func TestWeighted_tooMuchWaitsOutItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sem := semaphore.NewWeighted(2)
		start := time.Now()
		var other sync.WaitGroup
		defer other.Wait()
		other.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			assert.ErrorIs(t, sem.Acquire(ctx, 3), context.DeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(start))
		})
		synctest.Wait()
		assert.NoError(t, sem.Acquire(t.Context(), 2))
		assert.Zero(t, time.Since(start))
	})
}

// Task a holds the only permit until b has run: with the bound in force that
// would block for ever. It is a, which did nothing wrong, whose Release panics.
func TestIgnoredAcquire(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		ranToo := make(chan struct{})
		IgnoredAcquire(ctx, []string{"a", "b"}, 1, func(_ context.Context, url string) {
			if url == "b" {
				close(ranToo)
				return
			}
			cancel()
			<-ranToo
		})
	})
}

// The near-miss: while nobody cancels, the bound holds and nothing panics.
func TestIgnoredAcquire_notCancelled(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var fetched []string // no lock: a permit is one
		IgnoredAcquire(t.Context(), []string{"a", "b"}, 1, func(_ context.Context, url string) {
			fetched = append(fetched, url)
		})
		assert.ElementsMatch(t, []string{"a", "b"}, fetched)
	})
}

func TestAcquireInside(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		const limit, rows = 2, 100
		before := runtime.NumGoroutine()
		storing := make(chan struct{}, rows)
		gate := make(chan struct{})
		file := func(yield func(string) bool) {
			for range rows {
				if !yield("row") {
					return
				}
			}
			// The file is read to its end, and not one row is stored yet.
			assert.GreaterOrEqual(t, runtime.NumGoroutine()-before, rows)
			for range limit {
				<-storing
			}
			close(gate)
		}
		var running, peak atomic.Int32
		AcquireInside(t.Context(), file, limit, func(context.Context, string) {
			n := running.Add(1)
			for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
			}
			storing <- struct{}{}
			<-gate
			running.Add(-1)
		})
		assert.EqualValues(t, limit, peak.Load())
	})
}

// The near-miss: with no more rows than permits there is nothing to bound.
func TestAcquireInside_fewRows(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var stored atomic.Int32
		AcquireInside(t.Context(), slices.Values([]string{"a", "b"}), 2, func(context.Context, string) { stored.Add(1) })
		assert.EqualValues(t, 2, stored.Load())
	})
}

func TestTooHeavy(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_ = TooHeavy(semaphore.NewWeighted(100), 101, func() {})
		assert.Fail(t, "it returned")
	})
}

// The near-miss: all of it can be had.
func TestTooHeavy_justFits(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		decoded := false
		err := TooHeavy(semaphore.NewWeighted(100), 100, func() { decoded = true })
		require.NoError(t, err)
		assert.True(t, decoded)
	})
}

func TestNestedAcquire(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		conns := semaphore.NewWeighted(2)
		var loaded, requests sync.WaitGroup
		loaded.Add(2)
		for range 2 {
			requests.Go(func() {
				_ = NestedAcquire(ctx, conns, func() { loaded.Done(); loaded.Wait() }, func() {})
				assert.Fail(t, "it returned")
			})
		}
		requests.Wait()
	})
}

// The near-miss: one request at a time finds its second permit free.
func TestNestedAcquire_oneByOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		conns := semaphore.NewWeighted(2)
		for range 2 {
			assert.NoError(t, NestedAcquire(t.Context(), conns, func() {}, func() {}))
		}
	})
}
