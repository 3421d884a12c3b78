package nevernil

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// nothing is a ctx that some branch has not set.
var nothing context.Context

// work is deep enough that nobody sees where its ctx comes from.
func work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return ctx.Err()
}

func TestOptionalTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _ = OptionalTimeout(0, work) })
}

// The near-miss: as long as each configuration has a timeout, all is well.
func TestOptionalTimeout_set(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.NoError(t, OptionalTimeout(time.Minute, work)) })
}

func TestWithPatience_withAndWithout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for d, want := range map[time.Duration]time.Duration{
			time.Minute: time.Minute,
			time.Hour:   time.Hour, // more than the caller has
			0:           2 * time.Minute,
			-1:          2 * time.Minute,
		} {
			outer, end := context.WithTimeout(t.Context(), 2*time.Minute)
			ctx, cancel := WithPatience(outer, d)
			start := time.Now()
			<-ctx.Done()
			assert.Equal(t, min(want, 2*time.Minute), time.Since(start), "patience %s", d)
			cancel()
			end()
		}
	})
}

func TestWithPatience_cancelsItsOwnOnly(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, d := range []time.Duration{0, time.Minute} {
			ctx, cancel := WithPatience(t.Context(), d)
			require.NoError(t, work(ctx))
			cancel()
			require.ErrorIs(t, ctx.Err(), context.Canceled)
			require.NoError(t, t.Context().Err())
		}
	})
}

// pool is a database without a server.
func pool() *sql.DB { return sql.OpenDB(nowhere{}) }

type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) { return conn{}, nil }
func (nowhere) Driver() driver.Driver                        { return nil }

type conn struct{}

func (conn) Prepare(string) (driver.Stmt, error) { return nil, driver.ErrSkip }
func (conn) Close() error                        { return nil }
func (conn) Begin() (driver.Tx, error)           { return nil, driver.ErrSkip }

// recovered calls a handler as net/http does.
func recovered(handle func()) (p any) {
	defer func() { p = recover() }()
	handle()
	return nil
}

func TestPingNil(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := pool()
		require.NotNil(t, recovered(func() { _ = PingNil(db) }))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_ = db.PingContext(ctx)
		assert.Fail(t, "it returned")
	})
}

// The near-miss: TODO says that nobody knew better, and works.
func TestPingNil_todo(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := pool()
		require.NoError(t, db.PingContext(context.TODO()))
		assert.NoError(t, db.Close())
	})
}

func TestBlindQueue_Put(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		q := NewBlindQueue(1)
		p := recovered(func() { q.Put(nothing, func(ctx context.Context) { _ = work(ctx) }) })
		assert.Nil(t, p, "the caller has noticed nothing")
		done := make(chan struct{})
		go func() {
			defer close(done)
			q.run()
		}()
		<-done
	})
}

// The near-miss: any ctx but nil will do.
func TestBlindQueue_Put_todo(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		q := NewBlindQueue(1)
		q.Put(context.TODO(), func(ctx context.Context) { assert.NoError(t, work(ctx)) })
		close(q.jobs)
		q.run()
	})
}

func TestQueue_Put_refusesNilAtTheDoor(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		q := NewQueue(1)
		assert.NotNil(t, recovered(func() { _ = q.Put(nothing, func(context.Context) {}) }))
		assert.Empty(t, q.jobs)
	})
}

func TestQueue_Run_givesEachJobItsCallersCtx(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		q := NewQueue(2)
		gone, leave := context.WithCancel(t.Context())
		ctx, stop := context.WithCancelCause(t.Context())
		errStop := errors.New("stop")
		require.NoError(t, q.Put(gone, func(ctx context.Context) { assert.ErrorIs(t, work(ctx), context.Canceled) }))
		require.NoError(t, q.Put(t.Context(), func(ctx context.Context) { assert.NoError(t, work(ctx)); stop(errStop) }))
		leave()
		require.ErrorIs(t, q.Run(ctx), errStop)
		assert.Empty(t, q.jobs)
	})
}

func TestQueue_Put_waitsNoLongerThanItsCtx(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, NewQueue(0).Put(ctx, func(context.Context) {}), context.DeadlineExceeded)
	})
}

func TestAcquireRepaired(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_ = AcquireRepaired(nothing, make(chan struct{}))
		assert.Fail(t, "it returned")
	})
}

// The near-miss: where nothing blocks, nobody misses the ctx.
func TestAcquireRepaired_freeSlot(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.NoError(t, AcquireRepaired(nothing, make(chan struct{}, 1))) })
}

func TestAcquire_takesWaitsOrPanics(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		slots := make(chan struct{}, 1)
		require.NoError(t, Acquire(t.Context(), slots))
		require.Len(t, slots, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, Acquire(ctx, slots), context.DeadlineExceeded)
		assert.NotNil(t, recovered(func() { _ = Acquire(nothing, slots) }))
	})
}

// The table of the package comment, row by row.
func TestStandardLibrary_givenNil(t *testing.T) {
	t.Parallel()
	type key struct{}
	panics := map[string]func(){
		"WithCancel":          func() { _ = work(nothing) },
		"WithValue":           func() { _ = context.WithValue(nothing, key{}, 1) },
		"AfterFunc":           func() { context.AfterFunc(nothing, func() {}) },
		"Done":                func() { nothing.Done() },
		"Request.WithContext": func() { _ = new(http.Request).WithContext(nothing) },
		"exec.CommandContext": func() { _ = exec.CommandContext(nothing, "true") },
		"net.Dialer": func() {
			_, err := new(net.Dialer).DialContext(nothing, "tcp", "127.0.0.1:0")
			assert.NoError(t, err)
		},
	}
	for name, f := range panics {
		assert.Panics(t, f, name)
	}
	_, err := http.NewRequestWithContext(nothing, http.MethodGet, "http://far/", nil)
	assert.Error(t, err)
	assert.NotPanics(t, func() {
		slog.New(slog.DiscardHandler).InfoContext(nothing, "fine")
	})
}
