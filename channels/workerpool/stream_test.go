package workerpool

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// poolOf is the form of Unordered and Ordered.
type poolOf[T, R any] func(
	context.Context, int, <-chan T, func(context.Context, T) (R, error),
) iter.Seq2[R, error]

// inBubbles runs a test of both, in a bubble each: a goroutine that is left at
// its end fails the test.
func inBubbles(t *testing.T, test func(t *testing.T, pool poolOf[int, int], ordered bool)) {
	t.Parallel()
	for name, pool := range map[string]poolOf[int, int]{
		"Unordered": Unordered[int, int], "Ordered": Ordered[int, int],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, pool, name == "Ordered") })
		})
	}
}

// channel sends the values and closes the channel, or stops with ctx.
func channel[T any](ctx context.Context, values []T) <-chan T {
	ch := make(chan T)
	go func() {
		defer close(ch)
		for _, v := range values {
			select {
			case ch <- v:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ch
}

func TestStream_yieldsEachResultOnce(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], ordered bool) {
		for _, n := range []int{0, 1, 2, ahead, 2*ahead + 1, 5 * ahead} {
			for _, workers := range []int{1, 3, 2 * ahead} {
				var out []int
				for r, err := range pool(t.Context(), workers, channel(t.Context(), numbers(n)), later) {
					require.NoError(t, err)
					out = append(out, r)
				}
				if !ordered {
					slices.Sort(out)
				}
				assert.Equal(t, doubled(n), append([]int{}, out...))
			}
		}
	})
}

func TestStream_isBounded(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		gauge := new(gauge)
		for _, err := range pool(t.Context(), 3, channel(t.Context(), numbers(10)), gauge.job) {
			require.NoError(t, err)
		}
		assert.EqualValues(t, 3, gauge.most.Load())
	})
}

func TestUnordered_yieldsTheFastFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out []int
		for r, err := range Unordered(t.Context(), 3, channel(t.Context(), numbers(3)), later) {
			require.NoError(t, err)
			out = append(out, r)
		}
		assert.Equal(t, []int{4, 2, 0}, out)
	})
}

func TestStream_doesNotWaitForTheNextJob(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		in := make(chan int, 1)
		in <- 0
		next := 0
		for r, err := range pool(t.Context(), 2, in, double) {
			require.NoError(t, err)
			require.Equal(t, 2*next, r)
			if next++; next == 10 {
				close(in)
			} else {
				in <- next // made from the last result
			}
		}
		assert.Equal(t, 10, next)
	})
}

// points are where a loop is ended: after each of the first results, and where
// the buffers and the pages of Ordered begin and end.
var points = slices.Concat(
	[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
	[]int{ahead - 1, ahead, ahead + 1, ahead + 2, 2*ahead - 1, 2 * ahead, 2*ahead + 1, 3 * ahead},
)

func TestStream_breakEndsItAtAnyResult(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		for _, k := range points {
			ctx, cancel := context.WithCancel(t.Context())
			var started, ended atomic.Int64
			do := func(_ context.Context, v int) (int, error) {
				started.Add(1)
				defer ended.Add(1)
				return v, nil
			}
			left := k
			for _, err := range pool(ctx, 2, channel(ctx, numbers(k+20)), do) {
				require.NoError(t, err)
				if left--; left == 0 {
					break
				}
			}
			require.Equal(t, started.Load(), ended.Load())
			atBreak := started.Load()
			cancel()
			synctest.Wait()
			require.Equal(t, atBreak, started.Load(), "started after break")
		}
	})
}

// Break while nothing comes: the pool does not wait for one more value.
func TestStream_breakEndsItWhileInIsSilent(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		in := make(chan int, 1)
		in <- 1
		for _, err := range pool(t.Context(), 3, in, double) {
			require.NoError(t, err)
			break
		}
	})
}

func TestStream_breakCancelsTheRunningJobs(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		var cancelled atomic.Int64
		in := channel(t.Context(), numbers(4))
		for _, err := range pool(t.Context(), 4, in, func(ctx context.Context, v int) (int, error) {
			if v > 0 {
				<-ctx.Done()
				cancelled.Add(1)
			}
			return v, ctx.Err()
		}) {
			require.NoError(t, err)
			synctest.Wait()
			break
		}
		assert.EqualValues(t, 3, cancelled.Load())
	})
}

func TestStream_endsWithContextAtAnyResult(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		for _, k := range points {
			ctx, cancel := context.WithCancelCause(t.Context())
			var started atomic.Int64
			do := func(_ context.Context, v int) (int, error) {
				started.Add(1)
				return v, nil
			}
			var errs []error
			results := 0
			for _, err := range pool(ctx, 2, channel(ctx, numbers(k+k%2*20)), do) {
				if err != nil {
					errs = append(errs, err)
				} else if results++; results == k {
					cancel(errJob)
				}
			}
			require.Equal(t, k, results)
			require.Equal(t, []error{errJob}, errs, "once, and last")
			atEnd := started.Load()
			synctest.Wait()
			require.Equal(t, atEnd, started.Load(), "started after the end")
			cancel(nil)
		}
	})
}

func TestStream_endsWithContextWhileAJobRuns(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var errs []error
		for _, err := range pool(ctx, 2, channel(ctx, numbers(9)), func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}) {
			errs = append(errs, err)
		}
		assert.Equal(t, []error{context.DeadlineExceeded}, errs)
	})
}

func TestStream_anErrorDoesNotEndIt(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		var out []int
		var errs []error
		for r, err := range pool(t.Context(), 3, channel(t.Context(), numbers(10)), fails) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			out = append(out, r)
		}
		require.Len(t, errs, 3)
		all := errors.Join(errs...)
		require.ErrorIs(t, all, errJob)
		require.ErrorIs(t, all, ErrGoexit)
		p, ok := errors.AsType[*PanicError](all)
		require.True(t, ok)
		assert.Equal(t, "no such picture", p.Value)
		slices.Sort(out)
		assert.Equal(t, []int{0, 2, 4, 6, 7, 8, 9}, out)
	})
}

// fails in each way that there is.
func fails(_ context.Context, v int) (int, error) {
	switch v {
	case 1:
		return 0, errJob
	case 3:
		panic("no such picture")
	case 5:
		runtime.Goexit()
	}
	return v, nil
}

func TestOrdered_keepsErrorsInTheirPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var failed []int
		i := 0
		for _, err := range Ordered(t.Context(), 3, channel(t.Context(), numbers(10)), fails) {
			if err != nil {
				failed = append(failed, i)
			}
			i++
		}
		assert.Equal(t, []int{1, 3, 5}, failed)
	})
}

// Every worker ends by Goexit, again and again; the pool does not run dry.
func TestStream_survivesGoexitOfEachJob(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		n := 0
		for _, err := range pool(t.Context(), 2, channel(t.Context(), numbers(100)), func(context.Context, int) (int, error) {
			runtime.Goexit()
			return 0, nil
		}) {
			require.ErrorIs(t, err, ErrGoexit)
			n++
		}
		assert.Equal(t, 100, n)
	})
}

func TestStream_slowConsumerHoldsUpTheJobs(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], ordered bool) {
		const workers = 3
		var started atomic.Int64
		do := func(_ context.Context, v int) (int, error) { started.Add(1); return v, nil }
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for _, err := range pool(ctx, workers, channel(ctx, numbers(10_000)), do) {
			require.NoError(t, err)
			synctest.Wait() // for all that can go on without this loop
			break
		}
		// One was yielded, the rest wait: in results and in each worker's hand;
		// in Ordered also those that overtook the first, within two pages.
		wait := int64(1 + ahead + workers)
		assert.GreaterOrEqual(t, started.Load(), wait)
		if ordered {
			wait = 2 * ahead
		}
		assert.LessOrEqual(t, started.Load(), wait)
	})
}

func TestOrdered_slowJobHoldsUpTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int64
		blocked := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			synctest.Wait()
			assert.EqualValues(t, 2*ahead, started.Load())
			close(blocked)
		}()
		n := 0
		for r, err := range Ordered(ctx, 3, channel(ctx, numbers(1000)), func(_ context.Context, v int) (int, error) {
			started.Add(1)
			if v == 0 {
				<-blocked
			}
			return v, nil
		}) {
			require.NoError(t, err)
			require.Equal(t, n, r)
			n++
		}
		assert.Equal(t, 1000, n)
	})
}

func TestStream_panicOfTheLoopBodyLeavesNothing(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		assert.Panics(t, func() {
			for _, err := range pool(ctx, 2, channel(ctx, numbers(1000)), double) {
				require.NoError(t, err)
				panic("in the body")
			}
		})
	})
}

func TestStream_needsAWorker(t *testing.T) {
	inBubbles(t, func(t *testing.T, pool poolOf[int, int], _ bool) {
		n := 0
		for _, err := range pool(t.Context(), -1, make(chan int), double) {
			require.ErrorIs(t, err, ErrWorkers)
			n++
		}
		assert.Equal(t, 1, n)
	})
}

// What a loop allocates does not depend on how many jobs there are.
func TestStream_allocatesNothingPerJob(t *testing.T) {
	for name, pool := range map[string]poolOf[int, int]{
		"Unordered": Unordered[int, int], "Ordered": Ordered[int, int],
	} {
		t.Run(name, func(t *testing.T) {
			loop := func(n int) float64 {
				return testing.AllocsPerRun(10, func() {
					in := make(chan int, n)
					for i := range n {
						in <- i
					}
					close(in)
					for _, err := range pool(t.Context(), 2, in, double) {
						require.NoError(t, err)
					}
				})
			}
			assert.InDelta(t, loop(10), loop(5_000), 20)
		})
	}
}
