package waitgroup

import (
	"context"
	"errors"
	"os"
	"runtime"
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

var errBusy = errors.New("busy")

// On one processor the worker that was woken runs when the other yields, which
// is after its Add.
func TestSimulate(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		runtime.GOMAXPROCS(1)
		var waiting sync.WaitGroup
		waiting.Add(1)
		Simulate(2, 2, func(round, worker int) {
			switch {
			case round > 0:
			case worker == 0:
				waiting.Done()
			default:
				waiting.Wait()
				for range 10 {
					runtime.Gosched() // and the first worker waits for this one
				}
			}
		})
	})
}

// The near-miss: a single worker waits for nobody.
func TestSimulate_oneWorker(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		n := 0
		Simulate(3, 1, func(round, _ int) { assert.Equal(t, n, round); n++ })
		assert.Equal(t, 3, n)
	})
}

func TestRounds_seeWhatThePreviousRoundWrote(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const workers = 4
		var heat [3][workers]int
		heat[0] = [workers]int{1, 2, 3, 4}
		err := Rounds(t.Context(), 2, workers, func(ctx context.Context, round, w int) {
			assert.NoError(t, ctx.Err())
			for _, h := range heat[round] { // of all workers
				heat[round+1][w] += h * (w + 1)
			}
		})
		require.NoError(t, err)
		assert.Equal(t, [workers]int{10, 20, 30, 40}, heat[1])
		assert.Equal(t, [workers]int{100, 200, 300, 400}, heat[2])
	})
}

func TestRounds_runTheirWorkersAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		meet := make(chan int)
		err := Rounds(t.Context(), 3, 2, func(_ context.Context, round, worker int) {
			if worker == 0 {
				meet <- round
				return
			}
			assert.Equal(t, round, <-meet)
		})
		assert.NoError(t, err)
	})
}

func TestRounds_endWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancelCause(t.Context())
		err := Rounds(ctx, 3, 1, func(_ context.Context, round, _ int) {
			assert.Zero(t, round)
			cancel(errBusy)
		})
		assert.ErrorIs(t, err, errBusy)
	})
}

func TestTotal(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		one := func() int { return 1 }
		_ = Total(one, one)
	})
}

// The near-miss: what return copies is the header of a slice, and the deferred
// Wait comes before the caller reads the elements.
func TestTotal_ofASlice(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		found := func() []int {
			var wg sync.WaitGroup
			defer wg.Wait()
			found := make([]int, 3)
			for i := range found {
				wg.Go(func() { found[i] = 1 })
			}
			return found
		}()
		assert.Equal(t, []int{1, 1, 1}, found)
	})
}

func TestSum_countsAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		meet := make(chan int)
		ctx := t.Context()
		give := func(got context.Context) int {
			assert.Equal(t, ctx, got)
			meet <- 1
			return 2
		}
		take := func(context.Context) int { return <-meet }
		assert.Equal(t, 6, Sum(ctx, give, take, take, give))
		assert.Zero(t, Sum(ctx))
	})
}

func TestStart_letsManyWait(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		begin := make(chan struct{})
		written := 0
		wait := Start(ctx, func(got context.Context) {
			assert.Equal(t, ctx, got)
			<-begin
			written = 1
		}, func(context.Context) { <-begin })
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() { wait(); assert.Equal(t, 1, written) })
		}
		close(begin)
		readers.Wait()
		wait() // once more
		assert.Equal(t, 1, written)
	})
}

// diskError is what a save panics with. The runtime asks for its text after the
// last deferred call, and before the process ends.
type diskError struct{ asked func() }

func (e diskError) Error() string { e.asked(); return "disk full" }

func TestArchive(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		done := make(chan struct{})
		Archive([]string{"a"},
			func(string) { panic(diskError{func() { <-done }}) },
			func() { close(done) })
		select {
		case <-done:
		default:
			assert.Fail(t, "not done")
		}
	})
}

// The near-miss: no save panics.
func TestArchive_saved(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { testSaveAll(t, Archive) })
}

func TestSaveAll_isDoneWhenAllAreSaved(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		testSaveAll(t, func(files []string, save func(string), done func()) {
			ctx := t.Context()
			SaveAll(ctx, files, func(got context.Context, file string) {
				assert.Equal(t, ctx, got)
				save(file)
			}, done)
		})
	})
}

func testSaveAll(t *testing.T, saveAll func([]string, func(string), func())) {
	t.Helper()
	files := []string{"a", "b", "c"}
	var saved sync.Map
	done := false
	saveAll(files, func(file string) { saved.Store(file, true) }, func() {
		done = true
		for _, file := range files {
			_, ok := saved.Load(file)
			assert.True(t, ok, file)
		}
	})
	assert.True(t, done)
}

// If done were called, the process would end well.
func TestSaveAll_isNotDoneWhenASavePanics(t *testing.T) {
	t.Parallel()
	r := detect.Run(t, detect.Panic, func() {
		SaveAll(t.Context(), []string{"a"},
			func(context.Context, string) {
				panic(diskError{func() {
					for range 1000 {
						runtime.Gosched() // all who were woken run
					}
				}})
			},
			func() { os.Exit(0) })
	})
	assert.Equal(t, detect.Panicked, r.End, r.Text)
}

func TestSockets_Idle(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var s Sockets
		s.Open()
		assert.False(t, s.Idle(time.Millisecond))
	})
}

// The near-miss: the connection is closed later, and with it ends what was left.
func TestSockets_Idle_closedLater(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Sockets
		s.Open()
		assert.False(t, s.Idle(time.Millisecond))
		s.Close()
		assert.True(t, s.Idle(time.Hour))
	})
}

func TestActive_leavesNobodyBehind(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var a Active
		require.NoError(t, a.Wait(t.Context()), "there is nothing to wait for")
		a.Begin()
		ctx, cancel := context.WithCancelCause(t.Context())
		var waiters sync.WaitGroup
		for range 4 {
			waiters.Go(func() { assert.ErrorIs(t, a.Wait(ctx), errBusy) })
		}
		cancel(errBusy)
		waiters.Wait()
	})
}

func TestActive_showsWhatWasDoneBeforeEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var a Active
		var written [8]int
		for i := range written {
			a.Begin()
			go func() { defer a.End(); written[i] = 1 }()
		}
		var waiters sync.WaitGroup
		for range 4 {
			waiters.Go(func() {
				assert.NoError(t, a.Wait(t.Context()))
				assert.Equal(t, [8]int{1, 1, 1, 1, 1, 1, 1, 1}, written)
			})
		}
		waiters.Wait()
	})
}

func TestActive_waitsForTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a Active
		start := time.Now()
		for n := range 3 {
			a.Begin()
			go func() { defer a.End(); time.Sleep(time.Duration(n) * time.Second) }()
		}
		require.NoError(t, a.Wait(t.Context()))
		assert.Equal(t, 2*time.Second, time.Since(start))
	})
}

// What panics with a WaitGroup: a task begins before a Wait has returned.
func TestActive_mayBeginAgainWhileSomeReturn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		runtime.GOMAXPROCS(1)
		var a Active
		a.Begin()
		var waiters sync.WaitGroup
		for range 4 {
			waiters.Go(func() { assert.NoError(t, a.Wait(t.Context())) })
		}
		for range 100 {
			runtime.Gosched() // they wait
		}
		a.End()
		a.Begin()
		waiters.Wait()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errBusy)
		require.ErrorIs(t, a.Wait(ctx), errBusy, "the new one is active")
		a.End()
		assert.NoError(t, a.Wait(t.Context()))
	})
}

func TestActive_refusesAnEndTooMany(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var a Active
		a.Begin()
		a.End()
		assert.Panics(t, a.End)
	})
}
