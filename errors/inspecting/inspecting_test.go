package inspecting

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	busy    = &StatusError{http.StatusServiceUnavailable, 3 * time.Second}
	gone    = &StatusError{Code: http.StatusGone}
	denied  = &StatusError{Code: http.StatusForbidden}
	errDisk = errors.New("disk full")
)

// wrapped is what err is a release later.
func wrapped(err error) error { return fmt.Errorf("call stock service: %w", err) }

func TestCompared(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		text, err := Compared(fstest.MapFS{}, "default")
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.Empty(t, text)
	})
}

// The near-miss: nil may be compared, for it is no error that somebody wraps.
func TestCompared_toNil(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		files := fstest.MapFS{"service.conf": {Data: []byte("port 80")}}
		text, err := Compared(files, "default")
		require.NoError(t, err)
		assert.Equal(t, "port 80", text)
		assert.Equal(t, http.StatusOK, Status(err), "nil has no tree")
	})
}

func TestAsserted(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Zero(t, Asserted(wrapped(busy))) })
}

// The near-miss: as long as nobody wraps.
func TestAsserted_unwrapped(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Equal(t, busy.After, Asserted(busy)) })
}

func TestSwitched(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, 500, Switched(wrapped(gone))) })
}

func TestSwitched_unwrapped(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 410, Switched(gone))
		assert.Equal(t, 200, Switched(nil))
		assert.Equal(t, 500, Switched(errDisk))
	})
}

func TestByValue(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, "on-call", ByValue("anna", 0)) })
}

// The near-miss: the same question with the pointer that reserve returns.
func TestByValue_byPointer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		e, ok := errors.AsType[*QuotaError](wrapped(reserve("anna", 0)))
		require.True(t, ok)
		assert.Equal(t, "anna", e.Tenant)
		assert.NoError(t, reserve("anna", 1))
	})
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { dispatch(errDisk, Answers()) })
}

// The near-miss: a pointer to a variable. And without an error As does not look
// at its target, so the mistake in the table waits for the first bad day.
func TestAnswers_throughAPointer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var target *QuotaError
		right := []Answer{{&target, 429}}
		assert.Equal(t, 429, dispatch(wrapped(reserve("anna", 0)), right))
		assert.Equal(t, 500, dispatch(errDisk, right))
		assert.Equal(t, 500, dispatch(nil, Answers()))
	})
}

func TestStatusError_answersToSeveralNames(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.ErrorIs(t, gone, fs.ErrNotExist)
		require.ErrorIs(t, wrapped(&StatusError{Code: 404}), fs.ErrNotExist)
		require.NotErrorIs(t, gone, fs.ErrPermission)
		require.ErrorIs(t, denied, fs.ErrPermission)
		require.ErrorIs(t, &StatusError{Code: 401}, fs.ErrPermission)
		require.NotErrorIs(t, denied, fs.ErrNotExist)
		require.ErrorIs(t, wrapped(gone), gone, "and to its own")
		require.NotErrorIs(t, gone, &StatusError{Code: 410}, "it is a pointer")
		assert.EqualError(t, gone, "status 410 Gone")
	})
}

func TestStatus_looksThroughWrappers(t *testing.T) {
	t.Parallel()
	for status, err := range map[int]error{
		200: nil,
		404: wrapped(wrapped(gone)),
		403: errors.Join(errDisk, wrapped(denied)),
		500: wrapped(busy),
	} {
		assert.Equal(t, status, Status(err))
	}
}

func TestRetryAfter_findsTheFirstThatSaysSo(t *testing.T) {
	t.Parallel()
	after, ok := RetryAfter(wrapped(errors.Join(errDisk, busy)))
	assert.True(t, ok)
	assert.Equal(t, 3*time.Second, after)
	for _, err := range []error{nil, errDisk, wrapped(gone)} {
		_, ok := RetryAfter(err)
		assert.False(t, ok)
	}
}

func TestBatchError_isSearchedInTheOrderOfItsItems(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var batch BatchError
		require.NoError(t, batch.Err())
		require.EqualError(t, &batch, "no item failed")
		batch.Add(8, nil)
		require.NoError(t, batch.Err())
		batch.Add(7, wrapped(busy))
		batch.Add(3, gone)
		batch.Add(5, errDisk)

		err := wrapped(batch.Err())
		require.ErrorIs(t, err, errDisk)
		require.ErrorIs(t, err, fs.ErrNotExist)
		first, ok := errors.AsType[*StatusError](err)
		require.True(t, ok)
		assert.Same(t, gone, first)
		found, ok := errors.AsType[*BatchError](err)
		require.True(t, ok)
		assert.Equal(t, []int{3, 5, 7}, found.Items())
		require.EqualError(t, found,
			"3 items failed, first item 3: status 410 Gone")
		assert.NoError(t, errors.Unwrap(found), "it has no single cause")
	})
}

func TestVet_refusesTargetsThatPanic(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}

func TestCompiler_refusesAsTypeOfNoError(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/uncompiled")
}

func BenchmarkAs(b *testing.B) {
	err := wrapped(wrapped(busy))
	b.Run("As", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var target *StatusError
			_ = errors.As(err, &target)
		}
	})
	b.Run("AsType", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = errors.AsType[*StatusError](err)
		}
	})
}
