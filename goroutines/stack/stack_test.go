package stack

import (
	"runtime"
	"runtime/debug"
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

var moved = map[string]string{
	"phones": "mobile",
	"mobile": "phones", // was "electronics"
}

func TestRecursiveBreadcrumb(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		debug.SetMaxStack(1 << 20) // milliseconds, not seconds and 1 GB
		defer func() { _ = recover() }()
		RecursiveBreadcrumb(moved, "phones")
	})
}

// The near-miss: depth alone is no bug. The stack grows to what it takes.
func TestRecursiveBreadcrumb_deepTree(t *testing.T) {
	t.Parallel()
	const levels = 100_000
	detect.Fix(t, func() {
		trail := RecursiveBreadcrumb(chain(levels), strconv.Itoa(levels))
		assert.Len(t, trail, levels+1)
	})
}

func TestBreadcrumb_refusesACycle(t *testing.T) {
	t.Parallel()
	for name, parents := range map[string]map[string]string{
		"of two":          moved,
		"of one":          {"phones": "phones"},
		"above the start": {"phones": "mobile", "mobile": "sale", "sale": "mobile"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				_, err := Breadcrumb(parents, "phones")
				assert.ErrorIs(t, err, ErrCycle)
			})
		})
	}
}

func TestBreadcrumb_leadsFromTheRoot(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		parents := map[string]string{"phones": "mobile", "mobile": "electronics"}
		trail, err := Breadcrumb(parents, "phones")
		require.NoError(t, err)
		assert.Equal(t, []string{"electronics", "mobile", "phones"}, trail)

		trail, err = Breadcrumb(parents, "electronics")
		require.NoError(t, err)
		assert.Equal(t, []string{"electronics"}, trail)
	})
}

// chain is a tree of one branch: "1" is the child of "0", and so on.
func chain(levels int) map[string]string {
	parents := make(map[string]string, levels)
	for i := range levels {
		parents[strconv.Itoa(i+1)] = strconv.Itoa(i)
	}
	return parents
}

// A test that measures the whole process runs in one of its own: without cgo the stacks of a thread
// count too, 48 KiB each, and the runtime frees those of a dead thread only when
// it starts the next one. Those of TestThread are as much as all that is measured
// here.

func TestGoroutine_parkedHasASmallStack(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const n = 5_000 // under -race no more than 8128 may live at once
		before := stacksInUse()
		end := park(n)
		each := (stacksInUse() - before) / n
		end()
		assert.Greater(t, each, 1<<10) // 2 KiB, some of them left by the dead
		assert.LessOrEqual(t, each, 8<<10)
	})
}

func TestGoroutine_stackGrowsAndShrinks(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const levels = 100_000
		deep, back, end := make(chan int), make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			atDepth(levels, func() { deep <- stacksInUse() })
			close(back)
			<-end
		})
		grown := <-deep
		<-back
		for range 20 { // each collection halves a stack that is mostly unused
			runtime.GC()
		}
		shrunk := stacksInUse()
		close(end)
		wg.Wait()
		assert.Greater(t, grown-shrunk, levels*8, "a return address a level")
	})
}

// A locked goroutine keeps its thread even while it waits for a channel.
func TestGoroutine_lockedHoldsAThread(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		n := 100 + runtime.GOMAXPROCS(0) // each P may have a thread
		end := park(n)
		shared := threads()
		end()
		end = parkLocked(n)
		locked := threads()
		end()
		assert.Less(t, shared, n)
		assert.GreaterOrEqual(t, locked, n)
	})
}

// park starts n goroutines that wait for a channel. It returns when all wait
// or are about to, and what it returns ends them.
func park(n int) (end func()) {
	return start(n, func() {})
}

// parkLocked does the same with goroutines that have a thread each. They end
// locked, and so end their threads.
func parkLocked(n int) (end func()) {
	return start(n, runtime.LockOSThread)
}

func start(n int, first func()) (end func()) {
	var ready, over sync.WaitGroup
	stop := make(chan struct{})
	before := runtime.NumGoroutine()
	ready.Add(n)
	for range n {
		over.Go(func() {
			first()
			ready.Done()
			<-stop
		})
	}
	ready.Wait()
	return func() {
		close(stop)
		over.Wait()
		// Done is a goroutine's last word, not its death: one that has yet
		// to die keeps its stack, and the next test would count it.
		for runtime.NumGoroutine() > before {
			runtime.Gosched()
		}
	}
}

func atDepth(levels int, do func()) {
	if levels == 0 {
		do()
		return
	}
	atDepth(levels-1, do)
}

// stacksInUse collects first: dead goroutines keep their stacks until then.
func stacksInUse() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.StackInuse)
}

func threads() int {
	s := []metrics.Sample{{Name: "/sched/threads/total:threads"}}
	metrics.Read(s)
	return int(s[0].Value.Uint64())
}
