package scheduler

import (
	"context"
	"errors"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// items are so many that no luck brings all of them in order.
func items() (names []string, prices []int) {
	for i := range 100 {
		names, prices = append(names, strconv.Itoa(i)), append(prices, i)
	}
	return names, prices
}

// lastFirst is a backend that answers for the last item first: each answer
// waits for the one after it.
func lastFirst(n int) (price func(item string) int) {
	answered := make([]chan struct{}, n+1)
	for i := range answered {
		answered[i] = make(chan struct{})
	}
	close(answered[n])
	return func(item string) int {
		i, _ := strconv.Atoi(item)
		<-answered[i+1]
		defer close(answered[i])
		return i
	}
}

func TestArrivalOrder(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		names, want := items()
		got := ArrivalOrder(names, lastFirst(len(names)))
		assert.NotEqual(t, want, got)
		assert.ElementsMatch(t, want, got)
	})
}

// The near-miss: where order is of no account, the same code is fine.
func TestArrivalOrder_forATotal(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		names, _ := items()
		total := 0
		for _, p := range ArrivalOrder(names, lastFirst(len(names))) {
			total += p
		}
		assert.Equal(t, 99*100/2, total)
	})
}

func TestGather_keepsOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		names, want := items()
		price := lastFirst(len(names))
		got, err := Gather(t.Context(), names, func(_ context.Context, item string) (int, error) {
			return price(item), nil
		})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

func TestGather_joinsErrors(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		got, err := Gather(t.Context(), []string{"1", "one", "2", "two"},
			func(_ context.Context, item string) (int, error) { return strconv.Atoi(item) })
		assert.Equal(t, []int{1, 0, 2, 0}, got)
		require.ErrorIs(t, err, strconv.ErrSyntax)
		assert.ErrorContains(t, err, "item 1: ")
		assert.ErrorContains(t, err, "item 3: ")
	})
}

var errLoad = errors.New("no connection")

func failingLoad() (map[string]string, error) { return nil, errLoad }

func TestSpinningCache_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { NewSpinningCache(failingLoad).Get("greeting") })
}

// The near-miss for the detectors: a load that is late. Nothing objects, and
// a P burns as long as it takes. See BenchmarkGet.
func TestSpinningCache_Get_lateLoad(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		asked := make(chan struct{})
		c := NewSpinningCache(func() (map[string]string, error) {
			<-asked
			return map[string]string{"greeting": "hello"}, nil
		})
		close(asked)
		assert.Equal(t, "hello", c.Get("greeting"))
	})
}

func TestSpinningCache_OnLoad(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		NewSpinningCache(failingLoad).OnLoad(func(map[string]string) {})
	})
}

func TestCache_Get_waitsForTheLoad(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		asked := make(chan struct{})
		c := NewCache(t.Context(), func(context.Context) (map[string]string, error) {
			<-asked
			return map[string]string{"greeting": "hello"}, nil
		})
		close(asked)
		got, err := c.Get(t.Context(), "greeting")
		require.NoError(t, err)
		assert.Equal(t, "hello", got)
	})
}

func TestCache_Get_returnsTheLoadsError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := NewCache(t.Context(), func(context.Context) (map[string]string, error) { return failingLoad() })
		_, err := c.Get(t.Context(), "greeting")
		assert.ErrorIs(t, err, errLoad)
	})
}

func TestCache_Get_endsWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		left := make(chan struct{})
		defer close(left)
		c := NewCache(t.Context(), func(context.Context) (map[string]string, error) { <-left; return nil, nil })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Get(ctx, "greeting")
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// A scheduler that kept to the order of the go statements would never leave
// this loop.
func TestScheduler_mayRunTheLastFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		runtime.GOMAXPROCS(1)
		for first := "a"; first != "c"; {
			ran := make(chan string, 3)
			for _, name := range []string{"a", "b", "c"} {
				go func() { ran <- name }()
			}
			first = <-ran
		}
	})
}

// tightLoop returns only if somebody takes the P from a loop that never waits
// and calls nothing. At every 61st turn the scheduler looks first where Gosched
// has put this goroutine, so one Gosched does not always let the loop begin; of
// two in a row one does.
func tightLoop() {
	runtime.GOMAXPROCS(1)
	go func() {
		for i := 0; ; i++ {
		}
	}()
	runtime.Gosched()
	runtime.Gosched()
}

func TestScheduler_preemptsATightLoop(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Hang, tightLoop)
	assert.Equal(t, detect.Silent, r.State)
	assert.Equal(t, detect.Returned, r.End)
}

// The counter-proof: switch preemption off, and it is as before Go 1.14.
func TestScheduler_hangsWithoutPreemption(t *testing.T) {
	t.Setenv("GODEBUG", "asyncpreemptoff=1")
	r := detect.Run(t, detect.Hang, tightLoop)
	assert.Equal(t, detect.Caught, r.State)
}

// This test measures its own process, so it does not run in parallel.
func TestScheduler_runsManyGoroutinesOnFewThreads(t *testing.T) {
	const n = 8_000 // under -race no more than 8128 may live at once
	var ready, over sync.WaitGroup
	stop := make(chan struct{})
	ready.Add(n)
	for range n {
		over.Go(func() { ready.Done(); <-stop })
	}
	ready.Wait()
	// A P may have had a thread each, and earlier tests have left some.
	assert.Less(t, threads(), 100+runtime.GOMAXPROCS(0))
	close(stop)
	over.Wait()
}

func threads() int {
	s := []metrics.Sample{{Name: "/sched/threads/total:threads"}}
	metrics.Read(s)
	return int(s[0].Value.Uint64())
}
