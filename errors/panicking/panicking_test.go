package panicking

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPanicOnInput(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		release := make(chan struct{}) // never: order 41 is under way
		PanicOnInput([]string{"41", "42 "}, func(int) { <-release })
	})
}

// The near-miss: numbers that are some.
func TestPanicOnInput_ofNumbers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		shipped := make(chan int, 2)
		PanicOnInput([]string{"41", "42"}, func(n int) { shipped <- n })
		assert.Equal(t, 41+42, <-shipped+<-shipped)
	})
}

func TestShipAll_shipsTheGoodAndTellsOfTheBad(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var shipped []int
		err := ShipAll(
			[]string{"41", "42 ", "", "43"},
			func(n int) { shipped = append(shipped, n) },
		)
		require.ErrorIs(t, err, strconv.ErrSyntax)
		require.ErrorContains(t, err, "order number: ")
		require.ErrorContains(t, err, `"42 "`)
		assert.Equal(t, 2, strings.Count(err.Error(), "order number: "))
		assert.Equal(t, []int{41, 43}, shipped)
		assert.NoError(t, ShipAll(nil, nil))
	})
}

// get asks a server that runs handler, and returns what the server has logged.
func get(ctx context.Context, handler http.Handler, pattern string) (
	body, logged string, err error,
) {
	network := memnet.Listen()
	var out strings.Builder
	server := &http.Server{Handler: handler, ErrorLog: log.New(&out, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(network) // always http.ErrServerClosed
	}()
	transport := &http.Transport{DialContext: network.Dial, DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	query := "http://test/?" + url.Values{"pattern": {pattern}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, query, nil)
	if err != nil {
		return "", "", err
	}
	resp, err := client.Do(req)
	if err == nil {
		var b []byte
		b, err = io.ReadAll(resp.Body)
		body = string(b)
		err = errors.Join(err, resp.Body.Close())
	}
	// Not Close: it does not wait for handlers.
	err = errors.Join(err, server.Shutdown(ctx))
	<-served
	return body, out.String(), err
}

func TestMustOnInput(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, logged, err := get(t.Context(), MustOnInput(nil), "(")
		require.ErrorIs(t, err, io.EOF, "instead of an answer")
		assert.Contains(t, logged, "panic serving")
	})
}

// The near-miss: a pattern that compiles.
func TestMustOnInput_ofAPattern(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		lines := []string{"anna", "bert"}
		body, logged, err := get(t.Context(), MustOnInput(lines), "^a")
		require.NoError(t, err)
		assert.Equal(t, "anna\n", body)
		assert.Empty(t, logged)
	})
}

func TestMatches_returnsTheMistakeInAPattern(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := Matches("(", "anna")
		require.ErrorContains(t, err, "reading the pattern: ")
		for line, want := range map[string]bool{"anna": true, "bert": false} {
			got, err := Matches("^a", line)
			require.NoError(t, err)
			assert.Equal(t, want, got, line)
		}
	})
}

// broken is a function with a bug: prices has no room for any name.
func broken(name string) int {
	prices := make([]int, 0)
	return prices[len(name)]
}

func TestRecoverAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, err := RecoverAll("1+a", broken)
		require.ErrorContains(t, err, "invalid sum: ", "but the sum is valid")
	})
}

// The near-miss: the sum is wrong indeed.
func TestRecoverAll_ofBadInput(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := RecoverAll("1+", broken)
		require.EqualError(t, err, "invalid sum: at byte 2: neither a number nor a name")
		n, err := RecoverAll("1+2", broken)
		require.NoError(t, err)
		assert.Equal(t, 3, n)
	})
}

func TestForgottenBoundary(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { ForgottenBoundary("a+") })
}

func TestForgottenBoundary_ofGoodInput(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, []string{"a", "b"}, ForgottenBoundary("a+1-(b)"))
	})
}

func TestEval(t *testing.T) {
	t.Parallel()
	value := func(name string) int { return len(name) }
	for text, want := range map[string]any{
		"2":       2,
		"2-(a-1)": 2,
		"1+2-3+4": 4,
		"((abc))": 3,
		"":        &SyntaxError{0, "neither a number nor a name"},
		"1+":      &SyntaxError{2, "neither a number nor a name"},
		"(1":      &SyntaxError{2, "missing )"},
		"1)":      &SyntaxError{1, "the sum should end here"},
		"1+A":     &SyntaxError{2, "neither a number nor a name"},
		"1++2":    &SyntaxError{2, "neither a number nor a name"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			n, err := Eval(text, value)
			if want, ok := want.(int); ok {
				require.NoError(t, err)
				assert.Equal(t, want, n)
				return
			}
			assert.Equal(t, want, err)
			assert.Zero(t, n)
		})
	}
}

func TestEval_limitsItsDepth(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return strings.Repeat("(", depth) + "1" + strings.Repeat(")", depth)
	}
	n, err := Eval(nested(maxDepth)+"+"+nested(maxDepth), nil)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	_, err = Eval(nested(maxDepth+1), nil)
	assert.Equal(t, &SyntaxError{maxDepth + 1, "nested too deeply"}, err)
}

func TestEval_letsOtherPanicsPass(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		defer func() {
			err, ok := recover().(runtime.Error)
			require.True(t, ok)
			assert.ErrorContains(t, err, "index out of range")
		}()
		_, _ = Eval("1+a", broken)
		t.Error("Eval returned")
	})
}

func TestFee_isThereForEveryKindThatParseKindReturns(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for name, want := range map[string]int{"letter": 95, "parcel": 549} {
			k, err := ParseKind(name)
			require.NoError(t, err)
			assert.Equal(t, want, Fee(k))
		}
		k, err := ParseKind("Letter")
		require.EqualError(t, err, `no kind is named "Letter"`)
		assert.PanicsWithValue(t, "panicking: no fee for Kind(0)", func() { Fee(k) })
	})
}

func FuzzEval(f *testing.F) {
	for _, text := range []string{"2-(a-1)", "", "1+", "(1", "1)", "-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Eval(text, func(string) int { return 1 })
		if err != nil {
			assert.Zero(t, n)
			e, ok := errors.AsType[*SyntaxError](err)
			require.True(t, ok)
			assert.LessOrEqual(t, e.Offset, len(text))
		}
	})
}
