package heartbeat

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

const s = time.Second

var errBad = errors.New("bad job")

// watched runs a worker for the jobs under a patience of 10 s, in a bubble,
// and returns its error and when it came.
func watched(
	t *testing.T,
	jobs <-chan time.Duration,
	interval time.Duration,
	handle func(ctx context.Context, d time.Duration, beat func()) error,
) (took time.Duration, err error) {
	start := time.Now()
	err = Watch(t.Context(), 10*s, func(ctx context.Context, beat func()) error {
		return Each(ctx, jobs, interval, beat, func(ctx context.Context, d time.Duration) error {
			return handle(ctx, d, beat)
		})
	})
	return time.Since(start), err
}

// sleep is a job that takes d, or is stuck until its ctx ends if d is negative.
func sleep(ctx context.Context, d time.Duration, _ func()) error {
	if d >= 0 {
		time.Sleep(d)
		return nil
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// queue returns a closed channel with the jobs.
func queue[T any](jobs ...T) <-chan T {
	q := make(chan T, len(jobs))
	for _, j := range jobs {
		q <- j
	}
	close(q)
	return q
}

func TestWatch_letsWorkTakeAsLongAsItBeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, err := watched(t, queue(9*s, 9*s, 9*s, 9*s), s, sleep)
		require.NoError(t, err)
		assert.Equal(t, 36*s, took)
	})
}

func TestWatch_noticesWorkThatStalls(t *testing.T) {
	t.Parallel()
	for k := range 4 { // at the k-th job
		synctest.Test(t, func(t *testing.T) {
			jobs := []time.Duration{9 * s, 9 * s, 9 * s, 9 * s}
			jobs[k] = -1
			took, err := watched(t, queue(jobs...), s, sleep)
			require.ErrorIs(t, err, ErrStalled)
			assert.Equal(t, time.Duration(k)*9*s+10*s, took)
		})
	}
}

// It reports at once, whatever the work does; here that comes back later.
func TestWatch_doesNotWaitForWorkThatStalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cause error
		took, err := watched(t, queue(s), s, func(ctx context.Context, _ time.Duration, _ func()) error {
			time.Sleep(time.Hour)
			cause = context.Cause(ctx)
			return errBad
		})
		require.ErrorIs(t, err, ErrStalled)
		assert.Equal(t, 10*s, took)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, ErrStalled, cause)
	})
}

func TestWatch_takesIdleWorkForAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jobs := make(chan time.Duration)
		time.AfterFunc(time.Hour, func() { close(jobs) })
		took, err := watched(t, jobs, 9*s, sleep)
		require.NoError(t, err)
		assert.Equal(t, time.Hour, took)
	})
}

// A job that begins just before the tick has the whole patience for itself.
func TestWatch_countsFromTheBeginOfAJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jobs := make(chan time.Duration, 1)
		time.AfterFunc(8*s, func() {
			jobs <- 9 * s
			close(jobs)
		})
		_, err := watched(t, jobs, 9*s, sleep)
		assert.NoError(t, err)
	})
}

func TestWatch_hearsALongJobThatBeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, err := watched(t, queue(time.Hour), s, func(_ context.Context, d time.Duration, beat func()) error {
			for range d / (9 * s) {
				time.Sleep(9 * s)
				beat()
			}
			return nil
		})
		assert.NoError(t, err)
	})
}

func TestWatch_returnsTheErrorOfTheWork(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Watch(t.Context(), time.Hour, func(ctx context.Context, beat func()) error {
			return Each(ctx, queue(1, 2, 3), time.Hour, beat, func(_ context.Context, job int) error {
				if job == 2 {
					return errBad
				}
				assert.Equal(t, 1, job, "nothing is handled after an error")
				return nil
			})
		})
		assert.Equal(t, errBad, err)
	})
}

func TestWatch_endsWithContext(t *testing.T) {
	t.Parallel()
	for k := range 4 { // during the k-th job, and while it waits for one more
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			jobs := make(chan int, 3)
			for i := range cap(jobs) {
				jobs <- i
			}
			time.AfterFunc(time.Duration(k)*s+s/2, func() { cancel(errBad) })
			handled := 0
			err := Watch(ctx, time.Hour, func(ctx context.Context, beat func()) error {
				return Each(ctx, jobs, time.Minute, beat, func(context.Context, int) error {
					time.Sleep(s)
					handled++
					return nil
				})
			})
			require.ErrorIs(t, err, errBad)
			time.Sleep(s) // the job that was running
			synctest.Wait()
			assert.Equal(t, min(k+1, 3), handled, "no job is begun after the end")
		})
	}
}

func TestWatch_doesNotWaitForWorkThatIgnoresItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), s)
		defer cancel()
		start := time.Now()
		err := Watch(ctx, time.Hour, func(context.Context, func()) error {
			time.Sleep(time.Minute)
			return errBad
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, s, time.Since(start))
		time.Sleep(time.Minute)
	})
}

// What the work has started with its ctx does not outlive it.
func TestWatch_endsTheContextOfTheWork(t *testing.T) {
	t.Parallel()
	var over func() error
	err := Watch(t.Context(), time.Hour, func(ctx context.Context, _ func()) error {
		over = ctx.Err
		return over()
	})
	require.NoError(t, err)
	assert.ErrorIs(t, over(), context.Canceled)
}

func TestEach_handlesEveryJobOnceInOrder(t *testing.T) {
	t.Parallel()
	for _, jobs := range [][]int{nil, {1}, {1, 2, 3}} {
		var got []int
		beats := 0
		err := Each(t.Context(), queue(jobs...), time.Hour, func() { beats++ }, func(_ context.Context, j int) error {
			got = append(got, j)
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, jobs, got)
		assert.GreaterOrEqual(t, beats, len(jobs))
	}
}

func TestEach_returnsTheCauseOfTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errBad)
	err := Each(ctx, queue(1), time.Hour, func() {}, func(context.Context, int) error {
		assert.Fail(t, "it began a job")
		return nil
	})
	assert.ErrorIs(t, err, errBad)
}

func TestBesideTheWork(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		stuck, end := make(chan struct{}), make(chan struct{})
		pulse := BesideTheWork(queue("cats.mp4"), time.Millisecond, func(string) {
			close(stuck)
			<-end
		})
		<-stuck
		for range 5 {
			<-pulse // as if nothing had happened
		}
		close(end)
	})
}

func TestWatch_noticesWhatATickerHides(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Watch(t.Context(), time.Millisecond, func(ctx context.Context, beat func()) error {
			return Each(ctx, queue("cats.mp4"), time.Millisecond, beat, func(ctx context.Context, _ string) error {
				<-ctx.Done() // stuck
				return context.Cause(ctx)
			})
		})
		assert.ErrorIs(t, err, ErrStalled)
	})
}

func resize(string) string { return "small" }

func TestBlockingPulse(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, resized := BlockingPulse(t.Context(), []string{"a.png", "b.png"}, resize)
		<-resized
		assert.Fail(t, "it resized one")
	})
}

// The near-miss: with a watcher it works, as in the author's test.
func TestBlockingPulse_watched(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		pulse, resized := BlockingPulse(t.Context(), []string{"a.png", "b.png"}, resize)
		for range 2 {
			<-pulse
			assert.Equal(t, "small", <-resized)
		}
		_, open := <-pulse
		assert.False(t, open)
	})
}

// The beat itself may be called as often as one likes, with nobody to hear it.
func TestWatch_beatsWithoutBlocking(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		over := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		err := Watch(ctx, time.Hour, func(_ context.Context, beat func()) error {
			defer close(over)
			cancel()
			for range 1000 {
				beat()
			}
			return context.Canceled
		})
		require.ErrorIs(t, err, context.Canceled)
		<-over
	})
}

func TestOnlyWithJobs(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := Watch(t.Context(), time.Millisecond, func(ctx context.Context, beat func()) error {
			return OnlyWithJobs(ctx, make(chan string), beat, nil)
		})
		assert.Equal(t, ErrStalled, err, "it only had nothing to do")
	})
}

// The near-miss: as long as mails keep coming, it beats.
func TestOnlyWithJobs_busy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		err := Watch(t.Context(), 10*s, func(ctx context.Context, beat func()) error {
			return OnlyWithJobs(ctx, queue("a", "b", "c"), beat, func(context.Context, string) error {
				time.Sleep(9 * s)
				return nil
			})
		})
		assert.NoError(t, err)
	})
}
