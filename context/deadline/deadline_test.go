package deadline

import (
	"context"
	"errors"
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
	errDown = errors.New("backend is down")
	errLeft = errors.New("client left")
)

// hang is a backend that never answers.
func hang(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

func TestDeadline_theEarlierOneWins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ outer, inner, want time.Duration }{
		{time.Second, time.Minute, time.Second},
		{time.Minute, time.Second, time.Second},
		{time.Second, time.Second, time.Second},
		{time.Second, -time.Second, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.outer)
			defer cancel()
			ctx, cancel = context.WithTimeout(ctx, c.inner)
			defer cancel()
			began := time.Now()
			<-ctx.Done()
			assert.Equal(t, c.want, time.Since(began))
			assert.Equal(t, context.DeadlineExceeded, ctx.Err())
		})
	}
}

func TestLeft_goesDownWithTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, ok := Left(t.Context())
		assert.False(t, ok)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, want := range []time.Duration{time.Minute, 30 * time.Second, 0, -30 * time.Second} {
			left, ok := Left(ctx)
			assert.True(t, ok)
			assert.Equal(t, want, left)
			time.Sleep(30 * time.Second)
		}
	})
}

func TestCall_keepsTheReserve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		err := Call(ctx, time.Second, 3*time.Second, hang)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 7*time.Second, time.Since(began))
		assert.NoError(t, ctx.Err(), "three seconds to say so")
	})
}

func TestCall_refusesWhatCannotBeDoneInTime(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]error{
		3 * time.Second:   nil, // two needed, one in reserve
		3*time.Second - 1: ErrTooLate,
		time.Second:       ErrTooLate,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			defer cancel()
			called := false
			err := Call(ctx, 2*time.Second, time.Second, func(context.Context) error { called = true; return nil })
			require.ErrorIs(t, err, want)
			assert.Equal(t, want == nil, called)
		})
	}
}

func TestCall_passesErrorsAndCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	err := Call(ctx, time.Hour, time.Hour, func(ctx context.Context) error {
		_, ok := Left(ctx)
		assert.False(t, ok, "no deadline, no refusal")
		return errDown
	})
	assert.Equal(t, errDown, err)
	cancel(errLeft)
	err = Call(ctx, 0, 0, func(context.Context) error { t.Error("called"); return nil })
	assert.Equal(t, errLeft, err)
}

// failing fails until the k-th call, which succeeds; it counts the calls.
func failing(k int, calls *int) func(context.Context) error {
	return func(context.Context) error {
		if *calls++; *calls == k {
			return nil
		}
		return errDown
	}
}

func TestRetry_endsWithTheFirstSuccess(t *testing.T) {
	t.Parallel()
	for k := 1; k <= 5; k++ {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			began := time.Now()
			err := Retry(t.Context(), 4, time.Second, time.Minute, failing(k, &calls))
			assert.Equal(t, min(k, 4), calls)
			assert.Equal(t, time.Duration(calls-1)*time.Minute, time.Since(began))
			if k <= 4 {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, errDown)
			assert.NotErrorIs(t, err, ErrTooLate)
		})
	}
}

func TestRetry_triesAtLeastOnce(t *testing.T) {
	t.Parallel()
	calls := 0
	err := Retry(t.Context(), 0, time.Second, time.Minute, failing(9, &calls))
	require.ErrorIs(t, err, errDown)
	assert.Equal(t, 1, calls)
}

func TestRetry_boundsEachTryAndStaysInTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		var begun []time.Duration
		err := Retry(ctx, 9, 3*time.Second, time.Second, func(ctx context.Context) error {
			begun = append(begun, time.Since(began))
			return hang(ctx)
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, ErrTooLate)
		assert.Equal(t, []time.Duration{0, 4 * time.Second, 8 * time.Second}, begun)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
}

func TestRetry_doesNotPauseForNothing(t *testing.T) {
	t.Parallel()
	for pause, want := range map[time.Duration]time.Duration{
		time.Minute:     0, // nothing would be left
		time.Minute + 1: 0,
		time.Minute - 1: time.Minute - 1,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			calls := 0
			began := time.Now()
			err := Retry(ctx, 9, time.Second, pause, failing(9, &calls))
			require.ErrorIs(t, err, ErrTooLate)
			require.ErrorIs(t, err, errDown)
			assert.Equal(t, want, time.Since(began))
		})
	}
}

func TestRetry_endsItsPauseWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errLeft) })
		began := time.Now()
		calls := 0
		err := Retry(ctx, 9, time.Second, time.Minute, failing(9, &calls))
		require.ErrorIs(t, err, errLeft)
		require.ErrorIs(t, err, errDown)
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, 1, calls)
	})
}

func TestLongerTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		request, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		exported := false
		err := LongerTimeout(request, func(ctx context.Context) error {
			exported = true
			want, _ := request.Deadline()
			got, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, want, got, "not a minute")
			return nil
		})
		require.NoError(t, err)
		assert.True(t, exported)
	})
}

// The near-miss: below a ctx without a deadline, the minute is a minute.
func TestLongerTimeout_belowNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		assert.ErrorIs(t, LongerTimeout(t.Context(), hang), context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(began))
	})
}

func TestFreshBackground(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		request, leave := context.WithTimeout(t.Context(), 10*time.Second)
		queried := false
		err := FreshBackground(request, func(ctx context.Context) error {
			queried = true
			leave()
			assert.NoError(t, ctx.Err(), "the client has left")
			client, _ := request.Deadline()
			query, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Greater(t, query, client)
			return nil
		})
		require.NoError(t, err)
		assert.True(t, queried)
	})
}

// The near-miss: the same timeout below the caller's ctx ends with it.
func TestCall_endsWithTheClient(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		request, leave := context.WithTimeout(t.Context(), 10*time.Second)
		err := Call(request, time.Second, time.Second, func(ctx context.Context) error {
			leave()
			return ctx.Err()
		})
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestWholeBudget(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		alive := 0
		err := WholeBudget(t.Context(), time.Millisecond, func(ctx context.Context) error {
			if alive == 0 || ctx.Err() == nil {
				alive++
			}
			return hang(ctx)
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 1, alive, "tries that had time")
	})
}

// The near-miss: a backend that fails at once leaves time for the next try.
func TestWholeBudget_ofFastFailures(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		calls := 0
		require.NoError(t, WholeBudget(t.Context(), time.Hour, failing(3, &calls)))
		assert.Equal(t, 3, calls)
	})
}
