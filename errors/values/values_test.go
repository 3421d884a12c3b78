package values

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errLine  = errors.New("line is dead")
	errPaper = errors.New("out of paper")
)

func tooLong() io.Reader {
	return strings.NewReader("a\nb\n" + strings.Repeat("c", 70_000) + "\nd\n")
}

func TestScanOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, 2, ScanOnly(tooLong()), "there are four")
	})
}

// The near-miss: a string does not fail, and its lines are short.
func TestScanOnly_shortLines(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 3, ScanOnly(strings.NewReader("a\n\nc")))
	})
}

func TestCount(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := Count(tooLong())
		require.ErrorIs(t, err, bufio.ErrTooLong)
		require.ErrorContains(t, err, "after line 2")
		_, err = Count(io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(errLine)))
		require.ErrorIs(t, err, errLine)
		for text, want := range map[string]int{"": 0, "a": 1, "a\n": 1, "a\n\nc": 3} {
			lines, err := Count(strings.NewReader(text))
			require.NoError(t, err)
			assert.Equal(t, want, lines, "%q", text)
		}
	})
}

// paper has room for some lines. A Write after that fails, and is counted.
type paper struct {
	bytes.Buffer
	lines, refused int
}

func (p *paper) Write(line []byte) (int, error) {
	if p.lines == 0 {
		p.refused++
		return 0, errPaper
	}
	p.lines--
	return p.Buffer.Write(line)
}

var bought = []Line{{"tea", 350}, {"rum", 1299}}

func TestNeverAsked(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		p := &paper{lines: 1}
		require.NoError(t, NeverAsked(p, bought))
		require.Equal(t, 1, p.refused)
		assert.Equal(t, 1, strings.Count(p.String(), "\n"))
	})
}

// The near-miss: what cannot fail need not be asked.
func TestNeverAsked_enoughPaper(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var all bytes.Buffer
		require.NoError(t, NeverAsked(&all, bought))
		assert.Equal(t, 2, strings.Count(all.String(), "\n"))
	})
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := &paper{lines: 3}
		require.NoError(t, Receipt(p, bought))
		require.Equal(t, fmt.Sprintf("%-20s %6d\n%-20s %6d\n%-20s %6d\n",
			"tea", 350, "rum", 1299, "total", 1649), p.String())
		for room := range 3 {
			p := &paper{lines: room}
			err := Receipt(p, bought)
			require.ErrorIs(t, err, errPaper)
			require.EqualError(t, err, "print receipt: out of paper")
			require.Equal(t, room, strings.Count(p.String(), "\n"))
			assert.Equal(t, 1, p.refused, "and nothing is tried after that")
		}
	})
}

// A body says whether it was closed, and fails then if it is told to.
type body struct {
	io.Reader
	closed int
	err    error
}

func (b *body) Close() error { b.closed++; return b.err }

// A source is what Fetch asks.
type source = func(context.Context) (io.ReadCloser, error)

func answer(b *body) source {
	return func(context.Context) (io.ReadCloser, error) {
		return b, nil
	}
}

func failure(err error) source {
	return func(context.Context) (io.ReadCloser, error) { return nil, err }
}

func TestBodyFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _, _ = BodyFirst(t.Context(), failure(errLine)) })
}

// The near-miss: as long as there is a response.
func TestBodyFirst_response(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		b := &body{Reader: strings.NewReader("page")}
		text, err := BodyFirst(t.Context(), answer(b))
		require.NoError(t, err)
		require.Equal(t, "page", string(text))
		assert.Equal(t, 1, b.closed)
	})
}

func TestFetch(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		away := failure(fmt.Errorf("dial: %w", ErrAway))
		asked := 0
		never := func(ctx context.Context) (io.ReadCloser, error) {
			asked++
			return failure(errPaper)(ctx)
		}
		for _, first := range []bool{true, false} {
			b := &body{Reader: strings.NewReader("page")}
			primary, replica := answer(b), never
			if !first {
				primary, replica = away, answer(b)
			}
			text, err := Fetch(t.Context(), primary, replica)
			require.NoError(t, err)
			require.Equal(t, "page", string(text))
			require.Equal(t, 1, b.closed)
		}
		_, err := Fetch(t.Context(), failure(errLine), never)
		require.ErrorIs(t, err, errLine)
		_, err = Fetch(t.Context(), away, failure(errLine))
		require.ErrorIs(t, err, errLine)
		b := &body{Reader: iotest.ErrReader(errLine), err: errPaper}
		text, err := Fetch(t.Context(), answer(b), never)
		require.ErrorIs(t, err, errLine)
		require.ErrorIs(t, err, errPaper, "Close's error beside it")
		require.Equal(t, 1, b.closed)
		require.Empty(t, text)
		assert.Zero(t, asked, "the replica is for a primary that is away")
	})
}

func TestHalfRead(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var reported error
		got := HalfRead(strings.NewReader(`{"PerSecond": 99, "PerDay": "many"}`),
			func(err error) { reported = err })
		require.ErrorContains(t, reported, "PerDay")
		assert.Equal(t, Limits{99, 1000}, got, "neither the file nor the default")
	})
}

// The near-miss: without an error the result is the result.
func TestHalfRead_wholeFile(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		got := HalfRead(strings.NewReader(`{"PerSecond": 99, "PerDay": 9999}`),
			func(err error) { t.Error(err) })
		assert.Equal(t, Limits{99, 9999}, got)
	})
}

func TestErrorFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		sum, err := ErrorFirst(iotest.DataErrReader(strings.NewReader("abc")))
		require.NoError(t, err)
		assert.Zero(t, sum, "it has seen none of the three bytes")
	})
}

// The near-miss: most readers return io.EOF alone.
func TestErrorFirst_bytesThenEOF(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		sum, err := ErrorFirst(strings.NewReader("abc"))
		require.NoError(t, err)
		assert.Equal(t, uint32('a'+'b'+'c'), sum)
	})
}

func TestSum_isTheSameForEveryReader(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		text := strings.Repeat("goguide", 999)
		want := uint32(0)
		for _, b := range []byte(text) {
			want += uint32(b)
		}
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"plain":          func(r io.Reader) io.Reader { return r },
			"last with EOF":  iotest.DataErrReader,
			"byte by byte":   iotest.OneByteReader,
			"half a buffer":  iotest.HalfReader,
			"both at a time": func(r io.Reader) io.Reader { return iotest.DataErrReader(iotest.HalfReader(r)) },
		} {
			sum, err := Sum(wrap(strings.NewReader(text)))
			require.NoError(t, err, name)
			require.Equal(t, want, sum, name)
		}
		sum, err := Sum(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))))
		require.ErrorIs(t, err, iotest.ErrTimeout)
		assert.Zero(t, sum)
	})
}
