package selecting

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errGone = errors.New("the client has gone")

// full returns a closed channel that holds the numbers from up to, but not
// including, to.
func full(from, to int) chan int {
	c := make(chan int, to-from)
	for i := from; i < to; i++ {
		c <- i
	}
	close(c)
	return c
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errGone)
	return ctx
}

// unfair is the chi-squared statistic of counts that should be even.
func unfair(counts [3]int) float64 {
	n := counts[0] + counts[1] + counts[2]
	even := float64(n) / 3
	sum := 0.0
	for _, c := range counts {
		sum += (float64(c) - even) * (float64(c) - even) / even
	}
	return sum
}

// critical is what the statistic exceeds once in 10^12 runs of an even choice.
// For three cases it has two degrees of freedom, and for two the tail of the
// distribution is exp(-x/2), so x is -2 ln(10^-12). The statistic has that
// distribution only in the limit; with 10,000 expected in each case the error
// of the tail is well below the factor of 1,000 that this leaves to 10^-9.
var critical = -2 * math.Log(1e-12) // 55.3

func choices(choose func(a, b, c <-chan int) int) (counts [3]int) {
	ready := make(chan int)
	close(ready)
	for range 30_000 {
		counts[choose(ready, ready, ready)]++
	}
	return counts
}

func TestSelect_choosesEvenlyAmongReadyCases(t *testing.T) {
	t.Parallel()
	counts := choices(func(a, b, c <-chan int) int {
		select {
		case <-a:
			return 0
		case <-b:
			return 1
		case <-c:
			return 2
		}
	})
	assert.Less(t, unfair(counts), critical, "%v", counts)
}

// The same test refuses what is not even: for 1/2, 1/4, 1/4 the statistic is
// about 30,000/8.
func TestSelect_fairnessIsMeasurable(t *testing.T) {
	t.Parallel()
	for name, choose := range map[string]func(a, b, c <-chan int) int{
		"priority": func(a, b, c <-chan int) int {
			select {
			case <-a:
				return 0
			default:
			}
			select {
			case <-b:
				return 1
			case <-c:
				return 2
			}
		},
		"two in two": func(a, b, c <-chan int) int { // 1/2, 1/4, 1/4
			select {
			case <-a:
				return 0
			case <-b:
			}
			select {
			case <-b:
				return 1
			case <-c:
				return 2
			}
		},
		"one case twice": func(a, b, c <-chan int) int { // 2/4, 1/4, 1/4
			again := a
			select {
			case <-a:
				return 0
			case <-again:
				return 0
			case <-b:
				return 1
			case <-c:
				return 2
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			counts := choices(choose)
			assert.Greater(t, unfair(counts), critical, "%v", counts)
		})
	}
}

func TestEither_returnsWhatComesFirst(t *testing.T) {
	t.Parallel()
	after := func(d time.Duration, v int) <-chan int {
		c := make(chan int, 1)
		time.AfterFunc(d, func() { c <- v })
		return c
	}
	ended := make(chan int)
	close(ended)
	const never = time.Hour
	for name, c := range map[string]struct {
		a, b     time.Duration
		patience time.Duration
		deadline time.Duration
		want     int
		err      error
	}{
		"a":       {1, 2, 3, 4, 1, nil},
		"b":       {2, 1, 3, 4, 2, nil},
		"timeout": {never, never, 3, 4, 0, ErrTimeout},
		"ctx":     {never, never, 3, 2, 0, errGone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), c.deadline, errGone)
				defer cancel()
				v, err := Either(ctx, after(c.a, 1), after(c.b, 2), c.patience)
				assert.ErrorIs(t, err, c.err)
				assert.Equal(t, c.want, v)
			})
		})
	}
	_, err := Either(t.Context(), ended, nil, time.Hour)
	assert.ErrorIs(t, err, ErrClosed)
	_, err = Either(t.Context(), nil, ended, time.Hour)
	assert.ErrorIs(t, err, ErrClosed)
}

func TestTry_neverWaits(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		rendezvous, buffered := make(chan int), make(chan int, 1)
		assert.False(t, TrySend(rendezvous, 1), "nobody receives")
		assert.True(t, TrySend(buffered, 1))
		assert.False(t, TrySend(buffered, 2), "full")
		v, err := TryReceive(buffered)
		require.NoError(t, err)
		assert.Equal(t, 1, v)
		_, err = TryReceive(buffered)
		require.ErrorIs(t, err, ErrEmpty)
		close(buffered)
		_, err = TryReceive(buffered)
		require.ErrorIs(t, err, ErrClosed)
		assert.Panics(t, func() { TrySend(buffered, 1) })
		assert.False(t, TrySend(nil, 1))
		_, err = TryReceive[int](nil)
		assert.ErrorIs(t, err, ErrEmpty)
	})
}

func TestTry_meetsWhoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, got := make(chan int), make(chan int, 1)
		go func() { got <- <-c }()
		synctest.Wait()
		assert.True(t, TrySend(c, 1))
		assert.Equal(t, 1, <-got)
		go func() { c <- 2 }()
		synctest.Wait()
		v, err := TryReceive(c)
		require.NoError(t, err)
		assert.Equal(t, 2, v)
	})
}

// every sends 0, 1, 2 … at the given interval, until ctx ends.
func every(ctx context.Context, d time.Duration) <-chan int {
	c := make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-time.After(d):
			case <-ctx.Done():
				return
			}
			select {
			case c <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

func TestCollect_endsAfterTheLimitHoweverOftenValuesCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		all, err := Collect(t.Context(), every(t.Context(), 2*time.Second), 9*time.Second)
		require.ErrorIs(t, err, ErrTimeout)
		assert.Equal(t, []int{0, 1, 2, 3}, all)
		assert.Equal(t, 9*time.Second, time.Since(start))
	})
}

func TestCollect_endsWithItsInputOrContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		all, err := Collect(t.Context(), full(0, 9), time.Hour)
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, all)
		all, err = Collect(t.Context(), full(0, 0), time.Hour)
		require.NoError(t, err)
		assert.Empty(t, all)
		_, err = Collect[int](cancelled(t), nil, time.Hour)
		assert.ErrorIs(t, err, errGone)
	})
}

func TestUntilIdle_endsSoLongAfterTheLastValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := make(chan int)
		go func() {
			for i := range 5 {
				time.Sleep(9 * time.Second)
				in <- i
			}
		}()
		start, n := time.Now(), 0
		err := UntilIdle(t.Context(), in, 10*time.Second, func(int) { n++ })
		require.ErrorIs(t, err, ErrTimeout)
		assert.Equal(t, 5, n)
		assert.Equal(t, 5*9*time.Second+10*time.Second, time.Since(start))
	})
}

// The timer fires while a value is handled, and Reset takes that back.
func TestUntilIdle_doesNotCountTheHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		err := UntilIdle(t.Context(), full(0, 50), time.Second, func(int) {
			time.Sleep(time.Minute)
			n++
		})
		require.NoError(t, err)
		assert.Equal(t, 50, n)
	})
}

func TestUntilIdle_endsWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := UntilIdle(cancelled(t), nil, time.Hour, func(int) {})
		assert.ErrorIs(t, err, errGone)
	})
}

func TestPrioritise_takesUrgentFirstAndLetsNoneStarve(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		burst, urgent, normal int
		want                  []int
	}{
		"all urgent first":      {9, 3, 3, []int{0, 1, 2, 100, 101, 102}},
		"two urgent, one other": {2, 5, 3, []int{0, 1, 100, 2, 3, 101, 4, 102}},
		"burst 0 counts as 1":   {0, 2, 2, []int{0, 100, 1, 101}},
		"more urgent ones":      {1, 4, 1, []int{0, 100, 1, 2, 3}},
		"no urgent ones":        {1, 0, 3, []int{100, 101, 102}},
		"only urgent ones":      {1, 3, 0, []int{0, 1, 2}},
		"nothing":               {1, 0, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				var got []int
				err := Prioritise(t.Context(), full(0, c.urgent), full(100, 100+c.normal), c.burst,
					func(v int) { got = append(got, v) })
				require.NoError(t, err)
				assert.Equal(t, c.want, got)
			})
		})
	}
}

func TestPrioritise_waitsForBoth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		urgent, normal := make(chan int), make(chan int)
		got := make(chan int)
		ended := make(chan error)
		go func() { ended <- Prioritise(t.Context(), urgent, normal, 1, func(v int) { got <- v }) }()
		for i := range 3 {
			time.Sleep(time.Hour) // it must not spin
			urgent <- i
			assert.Equal(t, i, <-got)
		}
		close(urgent)
		for i := range 3 {
			time.Sleep(time.Hour)
			normal <- i
			assert.Equal(t, i, <-got)
		}
		close(normal)
		assert.NoError(t, <-ended)
	})
}

// ctx ends while the k-th value is handled, for every k, with more of both
// kinds ready; and while it waits.
func TestPrioritise_takesNothingAfterItsContext(t *testing.T) {
	t.Parallel()
	for k := range 8 {
		ctx, cancel := context.WithCancelCause(t.Context())
		n := 0
		err := Prioritise(ctx, full(0, 5), full(100, 105), 2, func(int) {
			if n == k {
				cancel(errGone)
			}
			n++
		})
		require.ErrorIs(t, err, errGone)
		assert.Equal(t, k+1, n)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errGone)
		defer cancel()
		err := Prioritise(ctx, make(chan int), make(chan int), 1, func(int) {})
		assert.ErrorIs(t, err, errGone)
	})
}

func TestBreakLeavesSelect(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		log := make(chan string, 3)
		log <- "a"
		log <- "b"
		log <- "c"
		close(log)
		var stored []string
		BreakLeavesSelect(ctx, log, func(line string) {
			cancel()
			stored = append(stored, line)
		})
		assert.Equal(t, []string{"a", "b", "c"}, stored)
	})
}

// The near-miss: with a label the same word leaves the loop.
func TestBreakLeavesSelect_label(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := cancelled(t)
		turns := 0
	loop:
		for {
			turns++
			select {
			case <-ctx.Done():
				break loop
			case <-make(chan string):
			}
		}
		assert.Equal(t, 1, turns)
	})
}

// A turnstile is a context that counts the turns of the loop that asks for its
// Done, and ends at the given one.
type turnstile struct {
	turns, last int
	done        chan struct{}
}

func (s *turnstile) Done() <-chan struct{} {
	if s.turns++; s.turns == s.last {
		close(s.done)
	}
	return s.done
}

func (s *turnstile) Err() error {
	if s.turns < s.last {
		return nil
	}
	return context.Canceled
}

func (*turnstile) Deadline() (time.Time, bool) { return time.Time{}, false }
func (*turnstile) Value(any) any               { return nil }

func TestDefaultSpins(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &turnstile{last: 1000, done: make(chan struct{})}
		DefaultSpins(s, nil, func(string) { assert.Fail(t, "there is no job") })
		assert.Equal(t, 1000, s.turns, "with nothing to do")
	})
}

// The near-miss: a default is right where the loop has an end of its own, as
// in emptying a channel.
func TestDefaultSpins_drain(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		jobs := make(chan string, 3)
		jobs <- "a"
		jobs <- "b"
		var got []string
		for {
			job, err := TryReceive(jobs)
			if err != nil {
				break
			}
			got = append(got, job)
		}
		assert.Equal(t, []string{"a", "b"}, got)
	})
}

// To record two votes takes longer than the limit, and then the next vote is
// there. Time is real here, so the limit is one that no loaded machine exceeds
// between two lines.
func TestRestartedTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		const limit = 500 * time.Millisecond
		start, n := time.Now(), 0
		RestartedTimeout(full(0, 3), limit, func(int) {
			<-time.After(limit * 11 / 20)
			n++
		})
		assert.Equal(t, 3, n)
		assert.Greater(t, time.Since(start), limit)
	}, detect.Within(10*time.Second))
}

func TestRestartedTimeout_neverFires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		votes := make(chan int)
		go func() {
			for range 4000 {
				time.Sleep(900 * time.Millisecond)
				votes <- 1
			}
		}()
		start, n := time.Now(), 0
		RestartedTimeout(votes, time.Second, func(int) { n++ })
		assert.Equal(t, 4000, n)
		assert.Equal(t, time.Hour+time.Second, time.Since(start))
	})
}

// The near-miss: while nobody votes, it ends in time.
func TestRestartedTimeout_noVotes(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		RestartedTimeout(nil, time.Millisecond, func(int) { assert.Fail(t, "a vote") })
	})
}

// Since Go 1.23 a timer that nobody refers to is collected before it fires. Not
// parallel: it counts what is on the heap.
func TestRestartedTimeout_leavesNoTimers(t *testing.T) {
	const n = 50_000
	objects := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapObjects
	}
	before := objects()
	for range n {
		select {
		case <-time.After(time.Hour):
		default:
		}
	}
	assert.Less(t, objects(), before+n/2)
}

func TestOneSelect(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var got []int
		OneSelect(full(0, 64), full(100, 164), func(order int) { got = append(got, order) })
		assert.Len(t, got, 128)
		// By chance it happens in one of 2^64 runs.
		assert.False(t, slices.IsSorted(got), "all express orders came first")
	})
}

// The near-miss: while only one queue has orders, the order of cases does not
// matter, and a test with one queue is green.
func TestOneSelect_oneQueue(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var got []int
		OneSelect(full(0, 64), full(100, 100), func(order int) { got = append(got, order) })
		assert.Len(t, got, 64)
		assert.True(t, slices.IsSorted(got))
	})
}

// An unbuffered channel has a length of 0, whoever waits to send.
func TestLenFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		express, standard := make(chan int), make(chan int)
		go func() {
			express <- 1
			close(standard)
		}()
		LenFirst(express, standard, func(int) {})
		assert.Fail(t, "it returned")
	})
}

// The near-miss: a buffer, and orders that were there before the look.
func TestLenFirst_ordersBefore(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var got []int
		LenFirst(full(0, 3), full(100, 103), func(order int) { got = append(got, order) })
		assert.Equal(t, []int{0, 1, 2, 100, 101, 102}, got)
	})
}

func TestStrictPriority(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		express := make(chan int, 1)
		express <- 0
		served := 0
		StrictPriority(ctx, express, full(100, 101), func(order int) {
			assert.Equal(t, served, order, "a standard order was served")
			if served++; served == 1000 {
				cancel()
				return
			}
			express <- served // the next one is there before this one is done
		})
		assert.Equal(t, 1000, served)
	})
}

func TestPrioritise_underTheSameLoad(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		express := make(chan int, 1)
		express <- 0
		served := 0
		err := Prioritise(ctx, express, full(100, 101), 10, func(order int) {
			if order == 100 {
				cancel()
				return
			}
			served++
			express <- served
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 10, served)
	})
}

// The near-miss: a pause in the express orders is enough.
func TestStrictPriority_pause(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		express := make(chan int, 3)
		express <- 0
		express <- 1
		var got []int
		StrictPriority(ctx, express, full(100, 101), func(order int) {
			got = append(got, order)
			if order == 100 {
				cancel()
			}
		})
		assert.Equal(t, []int{0, 1, 100}, got)
	})
}
