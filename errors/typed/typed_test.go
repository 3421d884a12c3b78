package typed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDisk = errors.New("disk full")

// answering is a handler that answers what do returns.
func answering(do func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { Answer(w, do()) }
}

// ask returns the answer of a handler.
func ask(t *testing.T, h http.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	return w
}

func written(string) error { return nil }

func TestNilPointer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ask(t, answering(func() error { return NilPointer("cancel", written) }))
	})
}

// The near-miss: where there is an error, the pointer is one.
func TestNilPointer_whereThereIsAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		full := func(string) error { return errDisk }
		err := NilPointer("cancel", full)
		require.ErrorIs(t, err, errDisk)
		assert.EqualError(t, err, Record("cancel", full).Error())
	})
}

// What a client gets, and what the log says.
func TestNilPointer_inAServer(t *testing.T) {
	t.Parallel()
	quiet := log.New(io.Discard, "", 0)
	server := httptest.NewUnstartedServer(answering(func() error {
		return NilPointer("cancel", written)
	}))
	server.Config.ErrorLog = quiet // the stack of the panic
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL, nil)
	require.NoError(t, err)
	resp, err := server.Client().Do(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	require.ErrorIs(t, err, io.EOF, "no status, no text")

	var text bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Error("cancel",
		"err", NilPointer("cancel", written))
	assert.Contains(t, text.String(), "err=<nil>")
}

func TestRecord(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := ask(t, answering(func() error { return Record("cancel", written) }))
		require.Equal(t, http.StatusNoContent, w.Code)

		err := Record("cancel", func(string) error { return errDisk })
		require.EqualError(t, err, "audit cancel: disk full")
		require.ErrorIs(t, err, errDisk)
		failed, ok := errors.AsType[*AuditError](fmt.Errorf("order 7: %w", err))
		require.True(t, ok)
		assert.Equal(t, "cancel", failed.Entry)
	})
}

func recorded(string) *AuditError { return nil }

func TestStoredPointer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := ask(t, StoredPointer(func() error { return nil }, recorded))
		assert.Equal(t, http.StatusInternalServerError, w.Code)
	})
}

// The near-miss: as a pointer, nil is nil.
func TestStoredPointer_comparedAsAPointer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := ask(t, answering(func() error {
			if failed := recorded("cancel"); failed != nil {
				return failed
			}
			return nil
		}))
		require.Equal(t, http.StatusNoContent, w.Code)
		short := Stock{}.Reserve("tea", 1)
		w = ask(t, StoredPointer(func() error { return short }, recorded))
		assert.Equal(t, http.StatusConflict, w.Code, "it never comes to record")
	})
}

func invalid() error { return FieldsError{[]string{"name", "street"}} }

func TestSameAgain(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _ = SameAgain(9, invalid) })
}

// The near-miss: == of two types, or of two pointers, cannot panic.
func TestSameAgain_ofComparableErrors(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		calls := 0
		err := SameAgain(9, func() error { calls++; return errDisk })
		require.Equal(t, errDisk, err)
		require.Equal(t, 2, calls)

		turns := []error{invalid(), errDisk, invalid(), nil}
		require.NoError(t, SameAgain(9, func() error {
			err := turns[0]
			turns = turns[1:]
			return err
		}))
		again := invalid()
		assert.NotErrorIs(t, invalid(), again, "and no panic")
	})
}

func detailed() error { return DetailError{"rejected", []string{"name"}} }

func TestSameAgainByIs(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _ = SameAgainByIs(9, detailed) })
}

// The near-miss: a number can be compared, so the same type is fine with it.
func TestSameAgainByIs_detailThatIsComparable(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		calls := 0
		err := SameAgainByIs(9, func() error {
			calls++
			return DetailError{"rejected", 7}
		})
		require.EqualError(t, err, "rejected: 7")
		require.Equal(t, 2, calls)
		assert.NotErrorIs(t, detailed(), invalid(), "two types: no ==")
	})
}

func TestRetry(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for name, c := range map[string]struct {
			try   func() error
			calls int
			err   string
		}{
			"the same sentinel twice":  {func() error { return errDisk }, 2, "disk full"},
			"what cannot be compared":  {invalid, 3, "wrong: name, street"},
			"pointers to equal values": {func() error { return &StockError{"tea", 2, 1} }, 3, `2 of "tea" wanted, 1 left`},
		} {
			calls := 0
			err := Retry(3, func() error { calls++; return c.try() })
			require.EqualError(t, err, c.err, name)
			require.Equal(t, c.calls, calls, name)
		}
		results := []error{errDisk, nil}
		require.NoError(t, Retry(3, func() error {
			err := results[0]
			results = results[1:]
			return err
		}))
		assert.NoError(t, Retry(0, invalid), "never tried")
	})
}

// expired returns the error of a read after a deadline.
func expired(t *testing.T) error {
	t.Helper()
	ours, theirs := net.Pipe()
	defer func() { _, _ = ours.Close(), theirs.Close() }()
	require.NoError(t, ours.SetReadDeadline(time.Unix(1, 0)))
	_, err := ours.Read(make([]byte, 1))
	return err
}

func TestOneTimeout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := fmt.Errorf("ask stock service: %w", expired(t))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.True(t, IsTimeout(err))
		assert.False(t, OneTimeout(err))
	})
}

// The near-miss: the value that it knows.
func TestOneTimeout_ofAContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
		defer cancel()
		assert.True(t, OneTimeout(ctx.Err()))
		assert.True(t, IsTimeout(ctx.Err()))
		assert.False(t, IsTimeout(context.Canceled))
	})
}

// A refusal can answer the question with no.
type refusal struct{ timeout bool }

func (refusal) Error() string   { return "refused" }
func (r refusal) Timeout() bool { return r.timeout }

func TestIsTimeout_asksForBehaviour(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		nil:                                   false,
		errDisk:                               false,
		refusal{true}:                         true,
		refusal{false}:                        false,
		fs.ErrNotExist:                        false,
		fmt.Errorf("ask: %w", refusal{true}):  true,
		errors.Join(errDisk, refusal{true}):   true,
		errors.Join(refusal{}, refusal{true}): false,
	} {
		assert.Equal(t, want, IsTimeout(err), "%v", err)
	}
}

func TestStock_andTheAnswerThatItsErrorGets(t *testing.T) {
	t.Parallel()
	stock := Stock{"tea": 3}
	for _, c := range []struct {
		err    func() error
		status int
		body   string
	}{
		{func() error { return stock.Reserve("tea", 2) }, 204, ""},
		{func() error { return stock.Reserve("tea", 2) }, 409, "1 left\n"},
		{func() error { return stock.Reserve("tea", 1) }, 204, ""},
		{func() error { return stock.Reserve("rum", 1) }, 409, "0 left\n"},
		{func() error { return fmt.Errorf("order: %w", stock.Reserve("tea", 1)) }, 409, "0 left\n"},
		{func() error { return expired(t) }, 503, "try again\n"},
		{func() error { return errDisk }, 500, "internal error\n"},
	} {
		w := ask(t, answering(c.err))
		assert.Equal(t, c.status, w.Code)
		assert.Equal(t, c.body, w.Body.String())
	}
	assert.Zero(t, stock["tea"])
}
