package wrapping

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A queryError is the typed error of these tests.
type queryError struct{ table string }

func (e *queryError) Error() string { return "query " + e.table }

var (
	errQuery = &queryError{"users"}
	errNew   = errors.New("not found") // the text of ErrNotFound, not the error
)

func missing(int) (string, error) { return "", ErrNotFound }

func TestCutChain(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, 500, CutChain(7, missing)) })
}

// The near-miss: %v is right for what is not the error, such as the id.
func TestCutChain_otherErrors(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		load := func() (string, error) {
			_, err := missing(7)
			return "", fmt.Errorf("load user %v: %w", 7, err)
		}
		assert.Equal(t, 404, statusOf(load()))
	})
}

func TestConcatenated(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, 500, Concatenated(7, missing)) })
}

// The near-miss: at the border of a package the chain is cut on purpose.
func TestOpaque_hidesTheCause(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Opaque("load user", ErrNotFound)
		require.EqualError(t, err, "load user: not found")
		assert.NotErrorIs(t, err, ErrNotFound)
		assert.NoError(t, Opaque("load user", nil))
	})
}

func TestWrapsNil(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := WrapsNil(7, func(int) error { return nil })
		assert.EqualError(t, err, "save order 7: %!w(<nil>)")
	})
}

// The near-miss: Join of nothing but nil is nil.
func TestWrapsNil_butJoinDoesNot(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, errors.Join(nil, nil))
		assert.EqualError(t, errors.Join(nil, ErrNotFound, nil), "not found")
	})
}

func TestSameWords(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		err := SameWords(7, func(int) error { return ErrNotFound })
		require.ErrorIs(t, err, ErrNotFound, "nothing is lost, but the reader")
		assert.Equal(t, 3, strings.Count(err.Error(), "failed to load user 7"))
	})
}

func TestProfile_namesTheUserAndKeepsTheCause(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		answer := func(profile string, err error) (string, error) {
			return Profile(t.Context(), 7,
				func(context.Context, int) (string, error) { return profile, err })
		}
		profile, err := answer("anna", nil)
		require.NoError(t, err)
		assert.Equal(t, "anna", profile)

		_, err = answer("half", ErrNotFound)
		require.EqualError(t, err, "load user 7: not found")
		require.ErrorIs(t, err, ErrNotFound)
		require.NotErrorIs(t, err, ErrUnavailable)

		_, err = answer("half", context.DeadlineExceeded)
		require.ErrorContains(t, err, "load user 7: store unavailable: ")
		require.ErrorIs(t, err, ErrUnavailable)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestValidate_reportsAllThatIsWrong(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, Validate("anna", "7 High Street"))
		err := Validate("", "")
		require.ErrorIs(t, err, ErrEmpty)
		assert.EqualError(t, err,
			"customer: must not be empty\naddress: must not be empty")
		assert.EqualError(t, Validate("anna", ""), "address: must not be empty")
	})
}

// What each way to make an error answers. AsType agrees with As, and %+v with
// %v, in every row: no wrapper adds a stack, nor shows that of what it wraps.
func TestErrors_answer(t *testing.T) {
	t.Parallel()
	once := fmt.Errorf("load: %w", ErrNotFound)
	for name, c := range map[string]struct {
		err     error
		is      bool // errors.Is(err, ErrNotFound)
		equal   bool // err == ErrNotFound
		typed   bool // errors.As to a *queryError
		text    string
		unwraps error // what errors.Unwrap returns
	}{
		"nil":                         {err: nil, text: "<nil>"},
		"sentinel":                    {err: ErrNotFound, is: true, equal: true, text: "not found"},
		"another of the same text":    {err: errNew, text: "not found"},
		"typed":                       {err: errQuery, typed: true, text: "query users"},
		"opaque":                      {err: Opaque("load", ErrNotFound), text: "load: not found"},
		"wrapped once":                {err: once, is: true, text: "load: not found", unwraps: ErrNotFound},
		"wrapped twice":               {err: fmt.Errorf("show: %w", once), is: true, text: "show: load: not found", unwraps: once},
		"typed, wrapped":              {err: fmt.Errorf("load: %w", errQuery), typed: true, text: "load: query users", unwraps: errQuery},
		"several %w":                  {err: fmt.Errorf("%w: %w", ErrNotFound, errQuery), is: true, typed: true, text: "not found: query users"},
		"several %w, one of them nil": {err: fmt.Errorf("%w: %w", ErrNotFound, error(nil)), is: true, text: "not found: %!w(<nil>)"},
		"joined":                      {err: errors.Join(ErrNotFound, errQuery), is: true, typed: true, text: "not found\nquery users"},
		"joined, one alone":           {err: errors.Join(nil, ErrNotFound), is: true, text: "not found"},
		"joined, and wrapped":         {err: fmt.Errorf("load: %w", errors.Join(errNew, once)), is: true, text: "load: not found\nload: not found", unwraps: errors.Join(errNew, once)},
		"traced, and wrapped":         {err: fmt.Errorf("load: %w", &TracedError{err: ErrNotFound}), is: true, text: "load: not found", unwraps: &TracedError{err: ErrNotFound}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.is, errors.Is(c.err, ErrNotFound), "Is")
			assert.Equal(t, c.equal, c.err == ErrNotFound, "==") //nolint:errorlint // the column
			var target *queryError
			assert.Equal(t, c.typed, errors.As(c.err, &target), "As")
			found, ok := errors.AsType[*queryError](c.err)
			assert.Equal(t, c.typed, ok, "AsType")
			assert.Same(t, target, found)
			assert.Equal(t, c.text, fmt.Sprintf("%v", c.err), "%%v")
			assert.Equal(t, c.text, fmt.Sprintf("%+v", c.err), "%%+v: no stack")
			assert.Equal(t, c.unwraps, errors.Unwrap(c.err), "Unwrap")
		})
	}
}

// errors.Unwrap asks only for Unwrap() error, so it finds nothing below an
// error that wraps several.
func TestErrors_thatWrapSeveralHaveAnUnwrapOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		errors.Join(ErrNotFound, errQuery),
		fmt.Errorf("%w, %w", ErrNotFound, errQuery),
	} {
		require.NoError(t, errors.Unwrap(err))
		several, ok := err.(interface{ Unwrap() []error })
		require.True(t, ok)
		assert.Equal(t, []error{ErrNotFound, errQuery}, several.Unwrap())
	}
}

func openStore() error { return Trace(ErrNotFound) }

func TestTrace_keepsTheFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		require.NoError(t, Trace(nil))
		first := openStore()
		require.ErrorIs(t, first, ErrNotFound)
		again := Trace(fmt.Errorf("start: %w", first))
		require.EqualError(t, again, "start: not found")
		traced, ok := errors.AsType[*TracedError](again)
		require.True(t, ok)
		assert.Same(t, first, traced)
		assert.ErrorIs(t, again, first)
		_, wrapper := again.(*TracedError) //nolint:errorlint // only the head
		assert.False(t, wrapper, "a second trace")
	})
}

func TestTrace_beginsAtItsCaller(t *testing.T) {
	t.Parallel()
	traced, ok := errors.AsType[*TracedError](openStore())
	require.True(t, ok)
	frames := traced.Frames()
	require.GreaterOrEqual(t, len(frames), 2)
	assert.True(t, strings.HasSuffix(frames[0].Function, ".openStore"))
	assert.True(t, strings.HasSuffix(frames[1].Function, "beginsAtItsCaller"))
	assert.Equal(t, "traced", deep(100, func() error { return openTraced(t) }).Error())
}

func openTraced(t *testing.T) error {
	t.Helper()
	err := Trace(errors.New("traced"))
	traced, ok := errors.AsType[*TracedError](err)
	require.True(t, ok)
	assert.Len(t, traced.Frames(), maxFrames)
	return err
}

// deep calls f below n more frames.
func deep(n int, f func() error) error {
	if n == 0 {
		return f()
	}
	return deep(n-1, f)
}

func TestTrace_isFormatted(t *testing.T) {
	t.Parallel()
	err := openStore()
	assert.Equal(t, "not found", fmt.Sprintf("%v", err))
	assert.Equal(t, "not found", fmt.Sprintf("%s", err))
	assert.Equal(t, `"not found"`, fmt.Sprintf("%q", err))
	lines := strings.Split(fmt.Sprintf("%+v", err), "\n")
	require.GreaterOrEqual(t, len(lines), 2)
	assert.Equal(t, "not found", lines[0])
	assert.Contains(t, lines[1], "openStore")
	assert.Contains(t, lines[1], "wrapping_test.go:")
}

// A wrapper around a trace hides it from fmt and slog: AsType finds it.
func TestTrace_isLogged(t *testing.T) {
	t.Parallel()
	logged := func(err any) any {
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Error("save", "cause", err)
		var record struct{ Cause any }
		require.NoError(t, json.Unmarshal(out.Bytes(), &record))
		return record.Cause
	}
	wrapped := fmt.Errorf("start: %w", openStore())
	assert.Equal(t, "start: not found", logged(wrapped))
	traced, ok := errors.AsType[*TracedError](wrapped)
	require.True(t, ok)
	cause, ok := logged(traced).(map[string]any)
	require.True(t, ok)
	assert.Equal(t, "not found", cause["error"])
	stack, ok := cause["stack"].([]any)
	require.True(t, ok)
	assert.Contains(t, stack[0], "openStore:")
}

func BenchmarkTrace(b *testing.B) {
	for name, f := range map[string]func() error{
		"New":    func() error { return errors.New("not found") },
		"Errorf": func() error { return fmt.Errorf("load: %w", ErrNotFound) },
		"Trace":  func() error { return Trace(ErrNotFound) },
		"Print": func() error {
			_ = fmt.Sprintf("%+v", Trace(ErrNotFound))
			return nil
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			_ = deep(10, func() error {
				for b.Loop() {
					_ = f()
				}
				return nil
			})
		})
	}
}
