package workerpool

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
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

var errJob = errors.New("job failed")

func images(n int) []string {
	s := make([]string, n)
	for i := range s {
		s[i] = fmt.Sprint(i)
	}
	return s
}

func thumbnail(image string) string { return image + " small" }

func TestSendAllFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { SendAllFirst(images(211), thumbnail, 10, 100, 100) })
}

// The near-miss: up to 210 images, the guide's pool is right.
func TestSendAllFirst_210(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		made := SendAllFirst(images(210), thumbnail, 10, 100, 100)
		assert.Len(t, made, 210)
	})
}

// Its capacity is the sum of its parts, whatever they are.
func TestSendAllFirst_holdsWorkersAndBothBuffers(t *testing.T) {
	t.Parallel()
	for workers := 1; workers <= 3; workers++ {
		for jobs := range 3 {
			for results := range 3 {
				t.Run(fmt.Sprintf("%d+%d+%d", workers, jobs, results), func(t *testing.T) {
					t.Parallel()
					room := workers + jobs + results
					if !detect.InChild() {
						made := SendAllFirst(images(room), thumbnail, workers, jobs, results)
						assert.Len(t, made, room)
					}
					r := detect.Run(t, detect.Synctest, func() {
						SendAllFirst(images(room+1), thumbnail, workers, jobs, results)
					})
					assert.Equal(t, detect.Caught, r.State, r.Text)
				})
			}
		}
	}
}

func TestWaitFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { WaitFirst(images(101), thumbnail, 10, 100) })
}

// The near-miss: a buffer for all results. It costs memory for all of them, and
// the first is used when the last is made.
func TestWaitFirst_roomForAll(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Len(t, WaitFirst(images(101), thumbnail, 10, 101), 101)
	})
}

func TestMap_leavesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		made, err := Map(t.Context(), 10, images(211), small)
		require.NoError(t, err)
		assert.Equal(t, "210 small", made[210])
	})
}

func TestUnordered_leavesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { leavesNothing(t, Unordered) })
}

func TestOrdered_leavesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { leavesNothing(t, Ordered) })
}

func leavesNothing(t *testing.T, pool poolOf[string, string]) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	made := 0
	for _, err := range pool(ctx, 10, channel(ctx, images(2110)), small) {
		require.NoError(t, err)
		if made++; made == 1000 {
			break
		}
	}
	assert.Equal(t, 1000, made)
}

func small(_ context.Context, image string) (string, error) {
	return thumbnail(image), nil
}

func TestMap_keepsOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 7, 1000} {
		for _, workers := range []int{1, 2, 8, 2000} {
			synctest.Test(t, func(t *testing.T) {
				out, err := Map(t.Context(), workers, numbers(n), later)
				require.NoError(t, err)
				assert.Equal(t, doubled(n), out)
			})
		}
	}
}

// later returns twice v, the sooner the larger v is.
func later(_ context.Context, v int) (int, error) {
	time.Sleep(time.Duration(10_000-v) * time.Millisecond)
	return 2 * v, nil
}

func double(_ context.Context, v int) (int, error) { return 2 * v, nil }

func numbers(n int) []int { return slices.AppendSeq([]int{}, count(n)) }

func doubled(n int) []int {
	s := numbers(n)
	for i := range s {
		s[i] *= 2
	}
	return s
}

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func TestMap_isBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gauge := new(gauge)
		_, err := Map(t.Context(), 3, numbers(10), gauge.job)
		require.NoError(t, err)
		assert.EqualValues(t, 3, gauge.most.Load())
	})
}

// A gauge knows how many of its jobs ran at once.
type gauge struct{ running, most atomic.Int64 }

func (g *gauge) job(_ context.Context, v int) (int, error) {
	n := g.running.Add(1)
	defer g.running.Add(-1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
	time.Sleep(time.Second)
	return v, nil
}

func TestMap_firstErrorEndsTheRest(t *testing.T) {
	t.Parallel()
	for k := range 20 {
		synctest.Test(t, func(t *testing.T) {
			var started atomic.Int64
			_, err := Map(t.Context(), 4, numbers(20), func(ctx context.Context, v int) (int, error) {
				started.Add(1)
				if v == k {
					return 0, errJob
				}
				select {
				case <-time.After(time.Second):
					return v, nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			})
			require.ErrorIs(t, err, errJob)
			// Those of its own second at most; nobody starts afterwards.
			assert.LessOrEqual(t, started.Load(), int64(k/4*4+4+3))
		})
	}
}

func TestMap_endsWithContextAtAnyJob(t *testing.T) {
	t.Parallel()
	for k := range 20 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var started atomic.Int64
			out, err := Map(ctx, 1, numbers(20), func(_ context.Context, v int) (int, error) {
				started.Add(1)
				if v == k {
					cancel(errJob)
				}
				return v, nil
			})
			assert.Nil(t, out)
			require.ErrorIs(t, err, errJob)
			assert.EqualValues(t, k+1, started.Load())
		})
	}
}

func TestMap_reportsPanicAndGoexit(t *testing.T) {
	t.Parallel()
	_, err := Map(t.Context(), 2, numbers(10), func(context.Context, int) (int, error) {
		panic(errJob)
	})
	p, ok := errors.AsType[*PanicError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, errJob, p.Value)
	assert.ErrorIs(t, err, errJob)
	assert.Contains(t, string(p.Stack), "TestMap_reportsPanicAndGoexit")
	assert.Equal(t, "panic: job failed", err.Error())

	_, err = Map(t.Context(), 2, numbers(10), func(_ context.Context, v int) (int, error) {
		if v == 5 {
			runtime.Goexit()
		}
		return v, nil
	})
	assert.ErrorIs(t, err, ErrGoexit)
}

func TestMap_needsAWorker(t *testing.T) {
	t.Parallel()
	_, err := Map(t.Context(), 0, numbers(1), double)
	require.ErrorIs(t, err, ErrWorkers)
	assert.Contains(t, err.Error(), "got 0")
}
