package whennot

import (
	"bytes"
	"compress/gzip"
	"encoding"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken")

func TestCountLines_ofAReaderChosenAtRunTime(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a line\n", 10_000) // more than one buffer
	var zip bytes.Buffer
	w := gzip.NewWriter(&zip)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	for _, zipped := range []bool{false, true} {
		var r io.Reader = strings.NewReader(text)
		if zipped {
			r, err = gzip.NewReader(&zip)
			require.NoError(t, err)
		}
		n, err := CountLines(r)
		require.NoError(t, err)
		assert.Equal(t, 10_000, n, "zipped: %t", zipped)
	}
}

func TestCountLines_countsWhatComesWithTheEnd(t *testing.T) {
	t.Parallel()
	n, err := CountLines(iotest.DataErrReader(strings.NewReader("a\nb\nc")))
	require.NoError(t, err)
	assert.Equal(t, 2, n)

	n, err = CountLines(io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(errBroken)))
	require.ErrorIs(t, err, errBroken)
	assert.Equal(t, 2, n)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestLog_printsToOutputsOfDifferentTypes(t *testing.T) {
	t.Parallel()
	var l Log
	require.NoError(t, l.Print("nobody hears"))
	var before bytes.Buffer
	var after strings.Builder
	l.Add(&before)
	l.Add(brokenWriter{})
	l.Add(&after)
	require.ErrorIs(t, l.Print("one"), errBroken)
	require.ErrorIs(t, l.Print("two"), errBroken)
	assert.Equal(t, "one\ntwo\n", before.String())
	assert.Equal(t, "one\ntwo\n", after.String(), "behind the broken one")
}

func TestCompiler_refusesATypeParameterWhereAnInterfaceSuffices(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}

type userName string

// forged is a name that looks like a field.
const forged = userName("eve role=admin")

func TestField(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, "user=eve role=admin", Field("user", forged))
	})
}

// The near-miss: of the type string itself.
func TestField_ofAString(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, `user="eve role=admin"`, Field("user", string(forged)))
		assert.Equal(t, "cents=100", Field("cents", 100))
	})
}

func TestText_quotesEveryTypeOfStrings(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, `user="eve role=admin"`, Text("user", forged))
		assert.Equal(t, `user="eve\nrole=admin"`, Text("user", "eve\nrole=admin"))
	})
}

var (
	query   = url.Values{"from": {"192.0.2.1"}}
	fromURL = netip.MustParseAddr("192.0.2.1")
)

func TestParamAs(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, _ = ParamAs[*netip.Addr](query, "from")
	})
}

// paramFor says what ParamAs means, and takes two type parameters for it.
func paramFor[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](q url.Values, name string,
) (v T, err error) {
	return v, Param(q, name, P(&v))
}

// The near-miss: T is the type itself, and a second parameter its pointer. The
// caller names only the first.
func TestParamAs_withThePointerAsASecondParameter(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		from, err := paramFor[netip.Addr](query, "from")
		require.NoError(t, err)
		assert.Equal(t, fromURL, from)
	})
}

func TestParam_readsIntoTheVariableOfTheCaller(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var from netip.Addr
		require.NoError(t, Param(query, "from", &from))
		assert.Equal(t, fromURL, from)
		require.NoError(t, Param(query, "to", &from))
		assert.Equal(t, fromURL, from, "there is no to")
		var at time.Time
		err := Param(query, "from", &at)
		require.ErrorContains(t, err, "parameter from: ")
		require.Error(t, errors.Unwrap(err))
	})
}

func TestShipTo(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { ShipTo(Order{}) })
}

// The near-miss: where T is an interface, any(v) is nil as v is; and an order
// with an address has one.
func TestShipTo_withAnAddress(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, "Oslo", ShipTo(Order{Address: &Address{City: "Oslo"}}))
		assert.Equal(t, io.Discard, orDefault[io.Writer](nil, io.Discard))
	})
}

func TestCity_withAndWithoutAnAddress(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, "Oslo", City(Order{Address: &Address{City: "Oslo"}}))
		assert.Equal(t, "store", City(Order{}))
	})
}

func TestHistory_Undo(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var h History
		h.Push(Edit{1, "a"})
		h.Push(&Edit{2, "b"})
		h.Undo()
	})
}

// The near-miss: as long as all who push agree.
func TestHistory_Undo_whereAllPushValues(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var h History
		h.Push(Edit{1, "a"})
		edit, ok := h.Undo()
		assert.True(t, ok)
		assert.Equal(t, Edit{1, "a"}, edit)
		_, ok = h.Undo()
		assert.False(t, ok)
	})
}

func TestStack_popsTheLastFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Stack[Edit]
		s.Push(Edit{1, "a"})
		s.Push(Edit{2, "b"})
		for _, want := range []Edit{{2, "b"}, {1, "a"}} {
			edit, ok := s.Pop()
			assert.True(t, ok)
			assert.Equal(t, want, edit)
		}
		_, ok := s.Pop()
		assert.False(t, ok)
		assert.Equal(t, []Edit{{}, {}}, s.values[:2], "what was popped is not kept")
	})
}

func TestNewest_byMethodExpressionAndByLiteral(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }

	orders := []Order{{"a", day(1), nil}, {"b", day(3), nil}, {"c", day(3), nil}, {"d", day(2), nil}}
	order, ok := Newest(orders, func(o Order) time.Time { return o.Placed })
	assert.True(t, ok)
	assert.Equal(t, "b", order.ID, "the first of equals")

	disk := fstest.MapFS{"old": {ModTime: day(1)}, "new": {ModTime: day(2)}}
	var files []fs.FileInfo
	for _, name := range []string{"new", "old"} {
		file, err := disk.Stat(name)
		require.NoError(t, err)
		files = append(files, file)
	}
	file, ok := Newest(files, fs.FileInfo.ModTime)
	assert.True(t, ok)
	assert.Equal(t, "new", file.Name())

	// A time before the zero one, which newest begins with.
	before := time.Time{}.Add(-time.Hour)
	at, ok := Newest([]time.Time{before}, time.Time.Local)
	assert.True(t, ok)
	assert.True(t, before.Equal(at))

	_, ok = Newest(nil, fs.FileInfo.ModTime)
	assert.False(t, ok)
}

// box keeps what it is given, in an any.
//
//go:noinline
func box[T any](v T) { boxed = v }

var boxed any

// Not parallel: AllocsPerRun counts those of the whole process.
func TestAny_allocatesForValuesThatAreNoPointers(t *testing.T) {
	allocs := func(f func()) float64 { return testing.AllocsPerRun(100, f) }
	edit := Edit{1, "a"}
	assert.InDelta(t, 1, allocs(func() { box(edit) }), 0, "a copy on the heap")
	assert.InDelta(t, 0, allocs(func() { box(&edit) }), 0)
	assert.InDelta(t, 1, allocs(func() { box(edit.Old) }), 0, "the header of a string")
	assert.InDelta(t, 1, allocs(func() { box(256) }), 0)
	assert.InDelta(t, 0, allocs(func() { box(255) }), 0, "the runtime has a table of the small")

	var h History
	h.Push(edit)
	var s Stack[Edit]
	s.Push(edit)
	assert.InDelta(t, 1, allocs(func() { h.Undo(); h.Push(edit) }), 0)
	assert.InDelta(t, 0, allocs(func() { s.Pop(); s.Push(edit) }), 0)
}
