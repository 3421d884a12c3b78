package doublelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errReset = errors.New("connection reset")

func reset(context.Context) error { return errReset }
func works(context.Context) error { return nil }

// capture returns a logger and what it has written, a line for each record.
func capture() (*slog.Logger, func() []string) {
	var out bytes.Buffer
	opts := &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}
	log := slog.New(slog.NewTextHandler(&out, opts))
	return log, func() []string {
		return strings.FieldsFunc(out.String(), func(r rune) bool { return r == '\n' })
	}
}

func TestLogAndReturn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		log, lines := capture()
		err := LogAndReturn(t.Context(), log, reset)
		require.ErrorIs(t, err, errReset)
		log.Error("request failed", "order", 7, "err", err) // the handler does
		assert.Equal(t, []string{
			`level=ERROR msg="loading failed" table=orders err="connection reset"`,
			`level=ERROR msg="request failed" order=7 err="loading: connection reset"`,
		}, lines())
	})
}

// The near-miss: who handles the error may log it and return none.
func TestHandle_logsOnceWithAllThatTheLayersKnow(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		log, lines := capture()
		assert.Equal(t, 500, Handle(t.Context(), log, 7, reset))
		assert.Equal(t, []string{
			`level=ERROR msg="request failed" order=7 table=orders err="loading: querying: connection reset"`,
		}, lines())
	})
}

func TestHandle_logsNothingWhenAllIsWell(t *testing.T) {
	t.Parallel()
	log, lines := capture()
	assert.Equal(t, 200, Handle(t.Context(), log, 7, works))
	assert.Empty(t, lines())
}

func TestLogAndGoOn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		log, lines := capture()
		confirmed := 0
		err := LogAndGoOn(t.Context(), log, reset, func() { confirmed++ })
		require.NoError(t, err)
		assert.Equal(t, 1, confirmed)
		assert.Equal(t, []string{
			`level=ERROR msg="storing failed" err="connection reset"`,
		}, lines())
	})
}

// The near-miss: there is nothing to log.
func TestLogAndGoOn_afterSuccess(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		log, lines := capture()
		confirmed := 0
		require.NoError(t, LogAndGoOn(t.Context(), log, works, func() { confirmed++ }))
		assert.Equal(t, 1, confirmed)
		assert.Empty(t, lines())
	})
}

// secondTry fails once.
func secondTry() func(context.Context) error {
	tries := 0
	return func(context.Context) error {
		if tries++; tries == 1 {
			return errReset
		}
		return nil
	}
}

func TestLogEachTry(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		log, lines := capture()
		require.NoError(t, LogEachTry(t.Context(), log, secondTry()))
		assert.Equal(t, []string{
			`level=ERROR msg="sending failed" err="connection reset"`,
		}, lines(), "an error of a message that was sent")
	})
}

// The near-miss: the first try works.
func TestLogEachTry_atOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		log, lines := capture()
		require.NoError(t, LogEachTry(t.Context(), log, works))
		assert.Empty(t, lines())
	})
}

func TestRetry_forgetsWhatWasRepaired(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.NoError(t, Retry(t.Context(), 3, secondTry()))
	})
}

func TestRetry_joinsTheErrorsOfAllTries(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := Retry(t.Context(), 2, reset)
		require.ErrorIs(t, err, errReset)
		assert.EqualError(t, err, "try 1: connection reset\ntry 2: connection reset")
		assert.EqualError(t, Retry(t.Context(), 0, reset), "try 1: connection reset")
	})
}

func TestRetry_endsWithContext(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		err := Retry(ctx, 3, func(context.Context) error {
			tries++
			cancel()
			return errReset
		})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, errReset)
		assert.Equal(t, 1, tries)
	})
}

func TestWith_changesOnlyTheAttributes(t *testing.T) {
	t.Parallel()
	require.NoError(t, With(nil, slog.Int("order", 7)))
	err := With(errReset, slog.Int("order", 7))
	require.ErrorIs(t, err, errReset)
	require.EqualError(t, err, "connection reset")

	attrs := []slog.Attr{slog.Int("order", 7)}
	err = With(errReset, attrs...)
	attrs[0] = slog.Int("order", 8)
	assert.Equal(t, []slog.Attr{slog.Int("order", 7)}, Attrs(err), "a copy")
}

func TestAttrs_walksEveryWay(t *testing.T) {
	t.Parallel()
	a, b, c := slog.Int("a", 1), slog.Int("b", 2), slog.Int("c", 3)
	for name, c := range map[string]struct {
		err  error
		want []slog.Attr
	}{
		"nothing":           {nil, nil},
		"a foreign error":   {io.EOF, nil},
		"one":               {With(io.EOF, a, b), []slog.Attr{a, b}},
		"outermost first":   {With(fmt.Errorf("x: %w", With(io.EOF, b)), a), []slog.Attr{a, b}},
		"several by %w":     {fmt.Errorf("%w, %w", With(io.EOF, a), With(errReset, b)), []slog.Attr{a, b}},
		"joined and around": {With(errors.Join(With(io.EOF, b), errReset, With(io.EOF, c)), a), []slog.Attr{a, b, c}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, Attrs(c.err))
		})
	}
	// Asking twice gives the same: the lists share no memory.
	err := With(With(io.EOF, b), a)
	_ = append(Attrs(err), c)
	assert.Equal(t, []slog.Attr{a, b}, Attrs(err))
}
