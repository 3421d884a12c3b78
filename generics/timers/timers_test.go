package timers

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBusy = errors.New("busy")

func TestWatch_isPatientFromEachBeatOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		beats := make(chan struct{})
		go func() {
			for range 5 {
				time.Sleep(9 * time.Second)
				beats <- struct{}{}
			}
		}()
		start := time.Now()
		require.ErrorIs(t, Watch(t.Context(), beats, 10*time.Second), ErrSilent)
		assert.Equal(t, 55*time.Second, time.Since(start))
	})
}

func TestWatch_ends(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		beats := make(chan struct{}, 1)
		beats <- struct{}{}
		close(beats)
		require.NoError(t, Watch(t.Context(), beats, time.Hour))

		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errBusy)
		require.ErrorIs(t, Watch(ctx, nil, time.Hour), errBusy)
		assert.ErrorIs(t, Watch(t.Context(), nil, time.Millisecond), ErrSilent)
	})
}

func TestRetry_pausesUntilItSucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, n := time.Now(), 0
		ctx := t.Context()
		err := Retry(ctx, time.Minute, func(got context.Context) error {
			assert.Equal(t, ctx, got)
			if n++; n < 4 {
				return errBusy
			}
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 3*time.Minute, time.Since(start))
	})
}

func TestRetry_saysWhyItEndedAndWhatFailed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		err := Retry(ctx, time.Hour, func(context.Context) error { cancel(); return errBusy })
		require.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, errBusy)
	})
}

func TestSweep_endsBetweenTwoSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		steps := Sweep(10*time.Second, func() bool { time.Sleep(3 * time.Second); return true })
		assert.Equal(t, 4, steps)
		left := 3
		steps = Sweep(time.Hour, func() bool { left--; return left > 0 })
		assert.Equal(t, 3, steps)
		assert.Zero(t, left)
	})
}

func TestFlush(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		Flush(make(chan string), time.Millisecond, func() {})
	})
}

// The near-miss: as long as events keep coming, nothing was received before
// the drain.
func TestFlush_ofABusySource(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		events := make(chan string, 3)
		for range 3 {
			events <- "event"
		}
		close(events)
		Flush(events, time.Hour, func() { assert.Fail(t, "not quiet") })
	})
}

// The other near-miss, which many texts say blocks since Go 1.23: the timer
// has fired, and nobody has received. Stop reports that it stopped it.
func TestStop_ofAFiredTimerNeedsNoDrainAndBearsOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		fired := time.NewTimer(time.Millisecond)
		time.Sleep(2 * time.Millisecond) // of this scenario's time
		stopped := fired.Stop()
		if !stopped {
			<-fired.C
		}
		assert.True(t, stopped)
		fired.Reset(time.Hour)
		select {
		case <-fired.C:
			assert.Fail(t, "a value of before the Reset")
		default:
		}
	})
}

func TestExpire(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		Expire(time.Millisecond, func() bool { runtime.Gosched(); return true })
	})
}

// The near-miss: it ends when nothing is left.
func TestExpire_untilNothingIsLeft(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		left := 3
		Expire(time.Hour, func() bool { left--; return left > 0 })
		assert.Zero(t, left)
	})
}

// forgotten makes a timer and a ticker that nobody stops or refers to. It is
// not inlined, so that no register of the caller keeps them.
//
//go:noinline
func forgotten() (weak.Pointer[time.Timer], weak.Pointer[time.Ticker]) {
	return weak.Make(time.NewTimer(time.Hour)), weak.Make(time.NewTicker(time.Hour))
}

func TestNewTimer_isCollectedWithoutStop(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		timer, ticker := forgotten()
		runtime.GC()
		assert.Nil(t, timer.Value())
		assert.Nil(t, ticker.Value())
	})
}

// kept returns how many objects f leaves on the heap. Call it where nothing
// else runs.
func kept(f func()) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int(after.HeapObjects) - int(before.HeapObjects)
}

const turns = 10_000

func TestRetry_keepsNoTimers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		objects := kept(func() {
			n := 0
			assert.NoError(t, Retry(t.Context(), time.Nanosecond, func(context.Context) error {
				_ = time.After(time.Hour) // one more, and longer
				if n++; n < turns {
					return errBusy
				}
				return nil
			}))
		})
		assert.Less(t, objects, turns/10)
	})
}
