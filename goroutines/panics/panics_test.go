package panics

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken")

var (
	neverMade map[string]int
	nothing   any
)

func nilMap() error {
	neverMade["a"]++
	return nil
}

func TestSafe_returnsTheErrorOfF(t *testing.T) {
	t.Parallel()
	require.NoError(t, Safe(func() error { return nil }))
	assert.Same(t, errBroken, Safe(func() error { return errBroken }))
}

func TestSafe_keepsValueAndStack(t *testing.T) {
	t.Parallel()
	err := Safe(func() error { panic("out of paper") })
	require.EqualError(t, err, "panic: out of paper")
	p, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	assert.Equal(t, "out of paper", p.Value)
	require.NoError(t, p.Unwrap())

	p, ok = errors.AsType[*Error](Safe(nilMap))
	require.True(t, ok)
	assert.Contains(t, string(p.Stack), "panics.nilMap(")
}

func TestSafe_showsAnErrorPanicToErrorsIs(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, Safe(func() error { panic(errBroken) }), errBroken)
	_, ok := errors.AsType[runtime.Error](Safe(nilMap))
	assert.True(t, ok)
	_, ok = errors.AsType[*runtime.PanicNilError](
		Safe(func() error { panic(nothing) }))
	assert.True(t, ok)
}

func TestGo_deliversErrorPanicAndGoexit(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		do   func() error
		want error
	}{
		"nil":    {func() error { return nil }, nil},
		"error":  {func() error { return errBroken }, errBroken},
		"panic":  {func() error { panic(errBroken) }, errBroken},
		"goexit": {func() error { runtime.Goexit(); return nil }, ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				assert.ErrorIs(t, <-Go(f.do), f.want)
			})
		})
	}
}

func TestGo_needsNoReceiver(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { Go(nilMap) })
}

// What Go cannot do: the process ends as if it were not there.
func TestGo_doesNotCatchOtherGoroutinesOrTheRuntime(t *testing.T) {
	t.Parallel()
	report := detect.Run(t, detect.Panic, func() {
		assert.NoError(t, <-Go(func() error {
			go func() { _ = nilMap() }()
			return nil
		}))
	})
	assert.Equal(t, detect.Caught, report.State)
	report = detect.Run(t, detect.Fatal, func() {
		debug.SetMaxStack(1 << 20)
		var down func(int) int
		down = func(n int) int { return down(n+1) + 1 }
		t.Error("still alive:", <-Go(func() error { down(0); return nil }))
	})
	assert.Equal(t, detect.Caught, report.State)
}

// The handler passes the order to drop the connection on to net/http.
func TestGo_leavesErrAbortHandlerToTheHandler(t *testing.T) {
	t.Parallel()
	handle := func(http.ResponseWriter, *http.Request) {
		err := <-Go(func() error { panic(http.ErrAbortHandler) })
		if errors.Is(err, http.ErrAbortHandler) {
			panic(http.ErrAbortHandler)
		}
	}
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { handle(nil, nil) })
}

func order(t *testing.T) (*httptest.ResponseRecorder, *http.Request) {
	t.Helper()
	return httptest.NewRecorder(),
		httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?order=7", nil)
}

func TestCallerRecovers(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w, r := order(t)
		CallerRecovers(
			func(http.ResponseWriter, *http.Request) {},
			func(string) { _ = nilMap() },
		)(w, r)
		assert.Equal(t, http.StatusOK, w.Code) // the panic comes later
	})
}

// The near-miss: the same panic on the handler's own goroutine.
func TestCallerRecovers_ownGoroutine(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w, r := order(t)
		CallerRecovers(
			func(http.ResponseWriter, *http.Request) { _ = nilMap() },
			func(string) {},
		)(w, r)
		assert.Equal(t, http.StatusInternalServerError, w.Code)
	})
}

func TestNestedRecover(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		cleaned := false
		defer func() { assert.True(t, cleaned) }() // the panic goes on after it
		_ = NestedRecover(
			func() { _ = nilMap() },
			func() { cleaned = true },
		)
	})
}

// The near-miss: rescue is the deferred function itself.
func TestNestedRecover_directly(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		run := func(job, cleanUp func()) (err error) {
			defer cleanUp()
			defer rescue(&err)
			job()
			return nil
		}
		cleaned := false
		err := run(func() { panic(errBroken) }, func() { cleaned = true })
		require.ErrorIs(t, err, errBroken)
		assert.True(t, cleaned)
	})
}

func TestDeferRecover(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { DeferRecover(func() { _ = nilMap() }) })
}

func TestCache_GetSwallowing(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var c Cache
		page := c.GetSwallowing("a", func(string) string { panic(errBroken) })
		assert.Empty(t, page)
		c.GetSwallowing("b", strings.ToUpper)
	})
}

// The near-miss: nothing panics.
func TestCache_GetSwallowing_noPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Cache
		assert.Equal(t, "A", c.GetSwallowing("a", strings.ToUpper))
		assert.Equal(t, "A", c.GetSwallowing("a", nil))
		assert.Equal(t, "B", c.GetSwallowing("b", strings.ToUpper))
	})
}

func TestCache_Get_survivesAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var c Cache
		load := func(string) string { panic(errBroken) }
		err := Safe(func() error { c.Get("a", load); return nil })
		require.ErrorIs(t, err, errBroken)
		assert.Equal(t, "A", c.Get("a", strings.ToUpper), "no trace is cached")
		assert.Equal(t, "A", c.Get("a", nil))
	})
}
