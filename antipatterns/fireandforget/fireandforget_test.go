package fireandforget

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
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

var (
	errMail = errors.New("no such mailbox")
	errLate = errors.New("shutdown takes too long")
)

// post hands a handler one request, whose ctx ends with the answer.
func post(ctx context.Context, handler http.HandlerFunc) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/?address=ana", nil))
	return w.Code
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		hangs := func(string) error { select {} }
		assert.Equal(t, http.StatusAccepted, post(t.Context(), Welcome(hangs)))
	})
}

// The near-miss: a mail server that answers, as that of most tests does.
func TestWelcome_quickly(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sent := make(chan string, 1)
		handler := Welcome(func(address string) error { sent <- address; return errMail })
		assert.Equal(t, http.StatusAccepted, post(t.Context(), handler))
		assert.Equal(t, "ana", <-sent)
	})
}

func TestServe(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		orders := make(chan string, 1)
		orders <- "7"
		close(orders)
		var confirmed []string
		var booked atomic.Bool
		returned := make(chan struct{})
		Serve(orders, func(order string) { confirmed = append(confirmed, order) },
			func(string) error { <-returned; booked.Store(true); return nil })
		assert.Equal(t, []string{"7"}, confirmed)
		assert.False(t, booked.Load(), "here main returns")
		close(returned)
	})
}

// The near-miss: the caller has something to wait for.
func TestServe_awaited(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		orders, booked := make(chan string, 1), make(chan string)
		orders <- "7"
		close(orders)
		Serve(orders, func(string) {}, func(order string) error { booked <- order; return nil })
		assert.Equal(t, "7", <-booked)
	})
}

func TestStartFlush(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		var flushed atomic.Bool
		returned := make(chan struct{})
		StartFlush(ctx, time.Hour, func() { <-returned; flushed.Store(true) })
		cancel()
		assert.False(t, flushed.Load(), "here main returns")
		close(returned)
	})
}

// The near-miss: nothing is kept for the last flush, so nothing is lost.
func TestStartFlush_ofNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		flushed := make(chan struct{}, 2) // the last one may come
		StartFlush(ctx, time.Millisecond, func() {
			select {
			case flushed <- struct{}{}:
			default:
			}
		})
		<-flushed
		cancel()
	})
}

func TestImports_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var i Imports
		i.Start(func() error { select {} })
		i.Close()
		assert.Fail(t, "it returned")
	})
}

// The near-miss: an import that has an end of its own.
func TestImports_Close_ofShortImports(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var i Imports
		loaded := false
		i.Start(func() error { loaded = true; return nil })
		i.Close()
		assert.True(t, loaded)
	})
}

func TestHeartbeat_Stop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var h Heartbeat
		beats, stopped := make(chan struct{}), make(chan struct{})
		var n int
		h.Start(time.Millisecond, func() {
			if n++; n > 2 {
				return
			}
			beats <- struct{}{}
			<-stopped
		})
		<-beats
		h.Stop()
		close(stopped)
		<-beats // it is stopped, and beats
	})
}

// The near-miss: between two beats Stop is in time.
func TestHeartbeat_Stop_betweenBeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Heartbeat
		beats := 0
		h.Start(time.Minute, func() { beats++ })
		time.Sleep(90 * time.Second)
		h.Stop()
		time.Sleep(time.Hour)
		assert.Equal(t, 1, beats)
	})
}

type userKey struct{}

func TestTasks_Go_outlivesTheRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		tasks := Tasks{Report: func(err error) { assert.NoError(t, err) }}
		answered, sent := make(chan struct{}), ""
		code := post(context.WithValue(t.Context(), userKey{}, "ana"),
			func(w http.ResponseWriter, r *http.Request) {
				err := tasks.Go(r.Context(), func(ctx context.Context) error {
					<-answered
					sent, _ = ctx.Value(userKey{}).(string)
					return ctx.Err()
				})
				assert.NoError(t, err)
				w.WriteHeader(http.StatusAccepted)
			})
		assert.Equal(t, http.StatusAccepted, code)
		close(answered)
		require.NoError(t, tasks.Close(t.Context()))
		assert.Equal(t, "ana", sent, "Close waited")
		assert.ErrorIs(t, tasks.Go(t.Context(), nil), ErrClosed)
	})
}

func TestTasks_Go_reportsErrors(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		errs := make(chan error, 2)
		tasks := Tasks{Report: func(err error) { errs <- err }}
		for _, err := range []error{errMail, nil, errMail} {
			require.NoError(t, tasks.Go(t.Context(), func(context.Context) error { return err }))
		}
		require.NoError(t, tasks.Close(t.Context()))
		require.Len(t, errs, 2)
		assert.ErrorIs(t, <-errs, errMail)
		assert.Empty(t, tasks.cancels)
	})
}

func TestTasks_Close_cancelsWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		errs := make(chan error, 2)
		tasks := Tasks{Report: func(err error) { errs <- err }}
		for range 2 {
			require.NoError(t, tasks.Go(t.Context(), func(ctx context.Context) error {
				<-ctx.Done()
				return context.Cause(ctx)
			}))
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, errLate)
		defer cancel()
		require.ErrorIs(t, tasks.Close(ctx), errLate)
		require.Len(t, errs, 2, "both have ended")
		assert.ErrorIs(t, <-errs, errLate)
		assert.NoError(t, tasks.Close(t.Context()), "again")
	})
}

func TestTasks_Close_whileTasksStart(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var tasks Tasks
		var taken, done atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for tasks.Go(t.Context(), func(context.Context) error {
					done.Add(1)
					return nil
				}) == nil {
					taken.Add(1)
				}
			})
		}
		require.NoError(t, tasks.Close(t.Context()))
		closed := done.Load()
		wg.Wait()
		assert.Equal(t, taken.Load(), closed, "nothing runs after Close")
		assert.Equal(t, closed, done.Load())
	})
}

func TestFlush_flushesTheRestBeforeItReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(
			context.WithValue(t.Context(), userKey{}, "ana"), 150*time.Second)
		defer cancel()
		start := time.Now()
		var at []time.Duration
		Flush(ctx, time.Minute, func(ctx context.Context) {
			assert.NoError(t, ctx.Err())
			assert.Equal(t, "ana", ctx.Value(userKey{}))
			at = append(at, time.Since(start))
			if len(at) == 3 {
				<-ctx.Done() // the last one hangs
			}
		})
		assert.Equal(t, []time.Duration{60 * time.Second, 120 * time.Second, 150 * time.Second}, at)
		assert.Equal(t, 210*time.Second, time.Since(start))
	})
}

func TestFlush_leavesNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		flushed := 0
		Flush(ctx, time.Millisecond, func(context.Context) {
			if flushed++; flushed == 3 {
				cancel()
			}
		})
		assert.GreaterOrEqual(t, flushed, 4)
	})
}
