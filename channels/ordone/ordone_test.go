package ordone

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// filled holds 0 to n-1 and is not closed.
func filled(n int) chan int {
	c := make(chan int, n+1) // room for one that comes later
	for i := range n {
		c <- i
	}
	return c
}

func TestRange_yieldsEveryValueOnceInOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 20} {
		in := filled(n)
		close(in)
		next := 0
		for v := range Range(t.Context(), in) {
			assert.Equal(t, next, v)
			next++
		}
		assert.Equal(t, n, next)
	}
}

// After the k-th value ctx ends, for every k, while more values are ready:
// often enough to see what select would choose.
func TestRange_receivesNothingAfterCancel(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n + 1 {
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			if k == 0 {
				cancel()
			}
			in := filled(n)
			got := 0
			for range Range(ctx, in) {
				if got++; got == k {
					cancel()
				}
			}
			require.Equal(t, k, got)
			require.Len(t, in, n-k, "the rest is still there")
			cancel()
		}
	}
}

func TestRange_takesNothingAfterBreak(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n {
		in := filled(n)
		for v := range Range(t.Context(), in) {
			if v == k {
				break
			}
		}
		assert.Len(t, in, n-k-1)
	}
}

// The producer stalls after k values, for every k, and is never heard of
// again.
func TestRange_endsWhileItsSenderIsSilent(t *testing.T) {
	t.Parallel()
	for k := range 4 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			got := 0
			for range Range(ctx, filled(k)) {
				got++
			}
			assert.Equal(t, k, got)
			assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		})
	}
}

func TestRange_endsOnAChannelThatIsNil(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for range Range[int](ctx, nil) {
			assert.Fail(t, "a value")
		}
	})
}

func TestRange_takesAsFastAsItsBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := filled(9)
		close(in)
		for v := range Range(t.Context(), in) {
			time.Sleep(time.Hour)
			assert.Len(t, in, 9-1-v)
		}
	})
}

// Used twice, it goes on where the first loop left off.
func TestRange_goesOnWhereTheLastLoopLeft(t *testing.T) {
	t.Parallel()
	in := filled(2)
	close(in)
	rest := Range(t.Context(), in)
	for v := range rest {
		assert.Equal(t, 0, v)
		break
	}
	for v := range rest {
		assert.Equal(t, 1, v)
	}
	assert.Empty(t, in)
}

// A sender that heeds nothing, and a receiver that wants the first value only.
func TestDrain_freesTheSender(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		in := make(chan int)
		go func() {
			defer close(in)
			for i := range 9 {
				in <- i
			}
		}()
		for v := range Range(t.Context(), in) {
			assert.Equal(t, 0, v)
			break
		}
		assert.True(t, Drain(t.Context(), in))
	})
}

func TestDrain_endsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		in := filled(3)
		assert.False(t, Drain(ctx, in))
		assert.Empty(t, in)
		assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
	})
}

func TestTailUntilClosed(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		lines := make(chan string, 1)
		lines <- "started"
		shown := func(string) { cancel() }
		err := TailUntilClosed(ctx, lines, shown)
		assert.Fail(t, "has returned", err)
	})
}

// The near-miss: while lines keep coming, cancel is seen at the next one.
func TestTailUntilClosed_busy(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		lines := make(chan string, 2)
		lines <- "started"
		lines <- "ready"
		shown := 0
		err := TailUntilClosed(ctx, lines, func(string) { shown++; cancel() })
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 1, shown)
	})
}

// OrDone has taken the second event when the receiver leaves.
func TestOrDone(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		done, events := make(chan struct{}), make(chan string)
		out := OrDone(done, events)
		events <- "first"
		assert.Equal(t, "first", <-out)
		events <- "second"
		close(done)
	})
}

// The near-miss: while OrDone waits for an event, done reaches it.
func TestOrDone_withoutAnEvent(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		done, events := make(chan struct{}), make(chan string)
		out := OrDone(done, events)
		events <- "first"
		assert.Equal(t, "first", <-out)
		close(done)
	})
}

// The book's own form: correct, and a break still needs done to be closed.
func TestBookOrDone_endsWithDone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		done := make(chan struct{})
		for v := range bookOrDone(done, filled(3)) {
			assert.Equal(t, 0, v)
			break
		}
		close(done)
	})
}
