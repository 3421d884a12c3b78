package fanout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errBad   = errors.New("bad gateway")
	errWorse = errors.New("disk full")
)

// count sends 0 to n-1 and closes the channel. It ends with ctx.
func count(ctx context.Context, n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			select {
			case out <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func filled[T any](values ...T) <-chan T {
	c := make(chan T, len(values))
	for _, v := range values {
		c <- v
	}
	close(c)
	return c
}

// The sender ends with a ctx that ends with Each, whatever Each returns.
func ExampleEach() {
	crawl := func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // frees the sender when Each gives up
		pages := count(ctx, 1_000_000)
		return Each(ctx, 4, pages, func(_ context.Context, page int) error {
			if page == 404 {
				return fmt.Errorf("page %d: not found", page)
			}
			return nil
		})
	}
	fmt.Println(crawl(context.Background()))
	// Output: page 404: not found
}

func TestEach_givesEachValueToOneCall(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{-1, 0, 1, 3, 99} {
		for _, n := range []int{0, 20} {
			t.Run(fmt.Sprintf("%d workers, %d values", workers, n), func(t *testing.T) {
				t.Parallel()
				detect.Fix(t, func() {
					calls := make([]atomic.Int32, n)
					err := Each(t.Context(), workers, count(t.Context(), n), func(_ context.Context, i int) error {
						calls[i].Add(1)
						return nil
					})
					require.NoError(t, err)
					for i := range calls {
						assert.EqualValues(t, 1, calls[i].Load(), "calls for %d", i)
					}
				})
			})
		}
	}
}

func TestEach_hasNoMoreInWorkThanWorkers(t *testing.T) {
	t.Parallel()
	for workers, want := range map[int]int{-1: 1, 0: 1, 1: 1, 3: 3, 99: 6} {
		synctest.Test(t, func(t *testing.T) {
			in := make(chan int, 6)
			for i := range cap(in) {
				in <- i
			}
			close(in)
			gate := make(chan struct{})
			over := make(chan error)
			go func() {
				over <- Each(t.Context(), workers, in, func(context.Context, int) error {
					<-gate
					return nil
				})
			}()
			synctest.Wait()
			assert.Len(t, in, cap(in)-want, "%d workers leave the rest to wait", workers)
			close(gate)
			assert.NoError(t, <-over)
		})
	}
}

// A call that is stuck holds up nobody but its worker.
func TestEach_goesOnBesideASlowCall(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		last := make(chan struct{})
		err := Each(t.Context(), 2, count(t.Context(), 20), func(_ context.Context, i int) error {
			switch i {
			case 0:
				<-last
			case 19:
				close(last)
			}
			return nil
		})
		assert.NoError(t, err)
	})
}

// The one that fails first is not the first value, and what the calls that it
// cancelled return is dropped.
func TestEach_cancelsTheRestAndReturnsTheFirstError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := Each(ctx, 3, count(ctx, 20), func(ctx context.Context, i int) error {
			if i == 2 {
				return errBad
			}
			<-ctx.Done()
			assert.ErrorIs(t, context.Cause(ctx), errBad)
			return errWorse
		})
		require.ErrorIs(t, err, errBad)
		assert.NotErrorIs(t, err, errWorse)
	})
}

// The second call outlives the failure of the first, without an error of its
// own. Its worker has both to choose from, a value and the end of ctx: often
// enough to see each choice.
func TestEach_beginsNothingAfterAnError(t *testing.T) {
	t.Parallel()
	for range 50 {
		var begun atomic.Int32
		second := make(chan struct{})
		err := Each(t.Context(), 2, filled(0, 1, 2, 3, 4), func(ctx context.Context, i int) error {
			begun.Add(1)
			switch i {
			case 0:
				<-second
				return errBad
			case 1:
				close(second)
				<-ctx.Done()
			}
			return nil
		})
		require.ErrorIs(t, err, errBad)
		require.EqualValues(t, 2, begun.Load())
	}
}

// The k-th call fails, for every k. A sender left behind fails synctest.Test.
func TestEach_endsWhenTheKthCallFails(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n {
		for _, workers := range []int{1, 3, 9} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var mu sync.Mutex
				var seen []int
				err := Each(ctx, workers, count(ctx, n), func(_ context.Context, i int) error {
					mu.Lock()
					defer mu.Unlock()
					seen = append(seen, i)
					if i == k {
						return errBad
					}
					return nil
				})
				require.ErrorIs(t, err, errBad)
				assert.Contains(t, seen, k)
				slices.Sort(seen)
				assert.Len(t, slices.Compact(seen), len(seen), "no value twice")
				if workers == 1 {
					assert.Len(t, seen, k+1, "every value before it, none after")
				}
			})
		}
	}
}

func TestEach_endsWithContextAfterTheKthCall(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			var calls []int
			err := Each(ctx, 1, count(ctx, n), func(_ context.Context, i int) error {
				calls = append(calls, i)
				if i == k {
					cancel(errWorse)
				}
				return nil
			})
			require.ErrorIs(t, err, errWorse)
			assert.Len(t, calls, k+1)
		})
	}
}

func TestEach_endsWhileItsSenderIsSilent(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		err := Each(ctx, 3, make(chan int), func(context.Context, int) error { return nil })
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// A sender that heeds ctx closes the channel when ctx ends. That must not pass
// for the end of the values, whichever of the two a worker sees first.
func TestEach_doesNotTakeACancelledSenderForAComplete(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		err := Each(ctx, 1, filled[int](), func(context.Context, int) error { return nil })
		require.ErrorIs(t, err, context.Canceled)
	}
}

// Each call waits until all have begun: with fewer goroutines than messages
// this would not end.
func TestGoroutinePerItem(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		messages := make([]string, 100)
		var begun sync.WaitGroup
		begun.Add(len(messages))
		GoroutinePerItem(filled(messages...), func(string) {
			begun.Done()
			begun.Wait()
		})
		begun.Wait()
	})
}

// The near-miss: a goroutine for each item, of which so many may be in work.
// It reads well where the items are a slice; see goroutines/errgroup.
func TestGoroutinePerItem_behindALimit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		slots := make(chan struct{}, 3)
		var wg sync.WaitGroup
		var running, peak atomic.Int32
		for range filled(make([]string, 100)...) {
			slots <- struct{}{} // before the go statement: this is what waits
			wg.Go(func() {
				defer func() { <-slots }()
				if n := running.Add(1); n > peak.Load() {
					peak.Store(n)
				}
				running.Add(-1)
			})
		}
		wg.Wait()
		assert.LessOrEqual(t, peak.Load(), int32(3))
		assert.Positive(t, peak.Load())
	})
}

func TestLeavingWorkers(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := LeavingWorkers(2, []string{"a", "b", "c"}, func(string) error { return errBad })
		assert.ErrorIs(t, err, errBad)
	})
}

// The near-miss: while one worker is left, all orders are taken and the error
// comes back. That is why such code passes the test of one failure.
func TestLeavingWorkers_oneFailure(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := LeavingWorkers(2, []string{"a", "b", "c"}, func(order string) error {
			if order == "a" {
				return errBad
			}
			return nil
		})
		assert.ErrorIs(t, err, errBad)
	})
}

// The first url answers once the last one was visited. Two crawlers are enough
// for that, if one of them may do the rest.
func TestRoundRobin(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		last := make(chan struct{})
		RoundRobin(2, []string{"slow", "b", "c", "last"}, func(url string) {
			switch url {
			case "slow":
				<-last
			case "last":
				close(last)
			}
		})
		assert.Fail(t, "has returned")
	})
}

// The near-miss: in turn is fine while all take equally long, and it says
// which crawler visits which url.
func TestRoundRobin_equallyFast(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var visited atomic.Int32
		RoundRobin(2, []string{"a", "b", "c"}, func(string) { visited.Add(1) })
		assert.EqualValues(t, 3, visited.Load())
	})
}
