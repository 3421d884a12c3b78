package detached

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("archive is down")

// requestID is a value of the request that its jobs must keep.
type requestID struct{}

// order serves handler by a real server, posts one order and returns the
// status once Shutdown has returned. What the client does when it has its
// answer is called before.
func order(t *testing.T, handler http.Handler, answered func()) int {
	network := memnet.Listen()
	mux := http.NewServeMux()
	mux.Handle("POST /orders/{order}", handler)
	server := &http.Server{Handler: mux}
	ended := make(chan error)
	go func() { ended <- server.Serve(network) }()
	transport := &http.Transport{DialContext: network.Dial}

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://shop/orders/7", nil)
	require.NoError(t, err)
	res, err := (&http.Client{Transport: transport}).Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	answered()

	transport.CloseIdleConnections()
	require.NoError(t, server.Shutdown(t.Context()))
	require.ErrorIs(t, <-ended, http.ErrServerClosed)
	return res.StatusCode
}

func TestRequestContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		answered := make(chan struct{})
		reported := make(chan error, 1)
		handler := RequestContext(func(ctx context.Context, _ string) error {
			<-answered
			return ctx.Err() // as every client of the archive begins
		}, func(err error) { reported <- err })
		status := order(t, handler, func() { close(answered) })
		assert.Equal(t, http.StatusAccepted, status)
		assert.ErrorIs(t, <-reported, context.Canceled)
	})
}

// The near-miss is why tests of such handlers pass: called directly, the
// handler returns and the ctx of its request lives on.
func TestRequestContext_calledDirectly(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		returned := make(chan struct{})
		recorded := make(chan error)
		handler := RequestContext(func(ctx context.Context, _ string) error {
			<-returned
			recorded <- ctx.Err()
			return nil
		}, nil)
		handler(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/orders/7", nil))
		close(returned)
		assert.NoError(t, <-recorded)
	})
}

func TestSubmit_outlivesTheRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		answered := make(chan struct{})
		q := New(1, 1, time.Minute, func(_ context.Context, err error) { assert.NoError(t, err) })
		recorded := ""
		handler := func(w http.ResponseWriter, r *http.Request) {
			ctx := context.WithValue(r.Context(), requestID{}, "id 1")
			order := r.PathValue("order")
			err := q.Submit(ctx, func(ctx context.Context) error {
				<-answered
				recorded = fmt.Sprint(order, " by ", ctx.Value(requestID{}))
				return ctx.Err()
			})
			assert.NoError(t, err)
			w.WriteHeader(http.StatusAccepted)
		}
		status := order(t, http.HandlerFunc(handler), func() { close(answered) })
		assert.Equal(t, http.StatusAccepted, status)
		require.NoError(t, q.Close(t.Context()))
		assert.Equal(t, "7 by id 1", recorded)
	})
}

func TestBackgroundContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var recorded atomic.Bool
		handler := BackgroundContext(func(ctx context.Context, _ string) error {
			select {
			case <-time.After(time.Hour): // a webhook's peer that is slow
				recorded.Store(true)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, nil)
		status := order(t, handler, func() {})
		assert.Equal(t, http.StatusAccepted, status)
		assert.False(t, recorded.Load(), "Shutdown has returned, and main ends")
	})
}

// The near-miss: work that ends before the answer may use the request's ctx,
// and is not needed when the client has left.
func TestBackgroundContext_waitedFor(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		recorded := false
		handler := func(w http.ResponseWriter, r *http.Request) {
			var record sync.WaitGroup
			record.Go(func() { recorded = r.Context().Err() == nil })
			record.Wait()
			w.WriteHeader(http.StatusCreated)
		}
		assert.Equal(t, http.StatusCreated, order(t, http.HandlerFunc(handler), func() {}))
		assert.True(t, recorded)
	})
}

func TestDropOnShutdown(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		jobs := make(chan string, 100)
		for i := range cap(jobs) {
			jobs <- strconv.Itoa(i)
		}
		done := 0
		DropOnShutdown(ctx, 1, jobs, func(string) {
			done++
			cancel() // the signal comes during the first job
		})
		assert.Less(t, done, 100)
	})
}

// The near-miss: a ctx that ends when nothing waits drops nothing.
func TestDropOnShutdown_whenIdle(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		jobs := make(chan string, 9)
		for range cap(jobs) {
			jobs <- "job"
		}
		done := 0
		DropOnShutdown(ctx, 1, jobs, func(string) {
			if done++; done == cap(jobs) {
				cancel()
			}
		})
		assert.Equal(t, 9, done)
	})
}

// Close comes after the k-th of n Submits, with as many workers as there are
// and as many jobs done as can be: each job that was accepted is done.
func TestClose_losesNothingThatWasAccepted(t *testing.T) {
	t.Parallel()
	const n = 6
	for workers := range 4 {
		for size := range n + 1 {
			for k := range n + 1 {
				synctest.Test(t, func(t *testing.T) {
					q := New(workers, size, time.Minute, nil)
					gate := make(chan struct{})
					var accepted int64
					var done atomic.Int64
					submit := func() error {
						synctest.Wait() // a worker that is free waits for a job
						return q.Submit(t.Context(), func(context.Context) error {
							<-gate
							done.Add(1)
							return nil
						})
					}
					for range k {
						if err := submit(); err == nil {
							accepted++
						} else {
							assert.ErrorIs(t, err, ErrFull)
						}
					}
					assert.EqualValues(t, min(k, max(workers, 1)+size), accepted)
					var closed sync.WaitGroup
					closed.Go(func() { assert.NoError(t, q.Close(t.Context())) })
					for range n - k {
						assert.ErrorIs(t, submit(), ErrClosed)
					}
					assert.Zero(t, done.Load())
					close(gate)
					closed.Wait()
					assert.Equal(t, accepted, done.Load())
				})
			}
		}
	}
}

// Here the order is the scheduler's: submitters on all CPUs, and two Closes in
// their midst.
func TestClose_amongSubmitters(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 16} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			t.Parallel()
			q := New(3, size, time.Minute, nil)
			var accepted, done, refused atomic.Int64
			half := make(chan struct{})
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for {
						err := q.Submit(t.Context(), func(context.Context) error {
							done.Add(1)
							return nil
						})
						switch {
						case err == nil:
							if accepted.Add(1) == 200 {
								close(half)
							}
						case errors.Is(err, ErrFull):
							runtime.Gosched()
						default:
							assert.ErrorIs(t, err, ErrClosed)
							refused.Add(1)
							return
						}
					}
				})
			}
			<-half
			for range 2 {
				all.Go(func() { assert.NoError(t, q.Close(t.Context())) })
			}
			all.Wait()
			assert.Equal(t, accepted.Load(), done.Load())
			assert.EqualValues(t, 8, refused.Load())
		})
	}
}

func TestClose_thatRunsOutOfTimeCancelsCountsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var reports sync.Map
		q := New(2, 9, time.Hour, func(ctx context.Context, err error) {
			reports.Store(ctx.Value(requestID{}), err)
		})
		submit := func(id string, do func(context.Context) error) {
			ctx := context.WithValue(t.Context(), requestID{}, id)
			require.NoError(t, q.Submit(ctx, do))
		}
		var returned atomic.Bool
		submit("gives up", func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			returned.Store(true)
			return context.Cause(ctx)
		})
		submit("is done late", func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})
		synctest.Wait()
		submit("is not begun", func(context.Context) error {
			t.Error("begun after the deadline")
			return nil
		})

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		err := q.Close(ctx)
		require.ErrorIs(t, err, ErrUndone)
		assert.ErrorContains(t, err, ": 2")
		assert.Equal(t, time.Minute+time.Second, time.Since(began))
		assert.True(t, returned.Load())
		for _, id := range []string{"gives up", "is not begun"} {
			err, _ := reports.LoadAndDelete(id)
			assert.Equal(t, ErrClosed, err, id)
		}
		reports.Range(func(id, err any) bool { t.Error(id, err); return true })

		assert.Equal(t, err, q.Close(t.Context()), "a second Close")
		assert.ErrorIs(t, q.Submit(t.Context(), nil), ErrClosed)
	})
}

func TestClose_isNotFailedByAJobThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reports := make(chan error, 2)
		q := New(1, 2, time.Minute, func(_ context.Context, err error) { reports <- err })
		require.NoError(t, q.Submit(t.Context(), func(context.Context) error { panic(errDown) }))
		require.NoError(t, q.Submit(t.Context(), func(context.Context) error { return errDown }))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.NoError(t, q.Close(ctx))
		err := <-reports
		assert.ErrorContains(t, err, "panic: archive is down")
		assert.ErrorContains(t, err, "detached_test.go", "the stack")
		assert.Equal(t, errDown, <-reports, "the worker has survived the panic")
	})
}

func TestSubmit_keepsValuesAndDropsTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := New(1, 1, time.Minute, func(ctx context.Context, err error) {
			assert.Equal(t, "id 1", ctx.Value(requestID{}))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		ctx := context.WithValue(t.Context(), requestID{}, "id 1")
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		began := time.Now()
		err := q.Submit(ctx, func(ctx context.Context) error {
			assert.Equal(t, "id 1", ctx.Value(requestID{}))
			<-ctx.Done()
			assert.Equal(t, time.Minute, time.Since(began), "its own timeout")
			return context.Cause(ctx)
		})
		require.NoError(t, err)
		cancel()
		require.NoError(t, q.Close(t.Context()))
	})
}
