package transform

import (
	"iter"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func odd(n int) bool { return n%2 == 1 }

func TestMap_returnsAsManyValuesInOrder(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"0", "1", "2"}, Map(upTo(3), strconv.Itoa))
	empty := Map(nil, strconv.Itoa)
	assert.Empty(t, empty)
	assert.NotNil(t, empty, "which is [] as JSON, and not null")
}

func TestFilter_keepsOrderAndTypeAndItsArgument(t *testing.T) {
	t.Parallel()
	type ids []int
	all := ids{1, 2, 3, 4, 5}
	assert.Equal(t, ids{1, 3, 5}, Filter(all, odd))
	assert.Equal(t, ids{1, 2, 3, 4, 5}, all)
	none := Filter(ids(nil), odd)
	assert.Empty(t, none)
	assert.NotNil(t, none)
}

func TestReduce_foldsFromTheLeft(t *testing.T) {
	t.Parallel()
	paren := func(acc string, n int) string { return "(" + acc + strconv.Itoa(n) + ")" }
	assert.Equal(t, "(((_0)1)2)", Reduce(upTo(3), "_", paren))
	assert.Equal(t, "_", Reduce(nil, "_", paren))
	assert.Equal(t, "(((_0)1)2)", ReduceSeq(slices.Values(upTo(3)), "_", paren))
	assert.Equal(t, "_", ReduceSeq(slices.Values([]int(nil)), "_", paren))
}

// A break after k values, for every k: the source must not be asked for more
// than the values needed, nor the functions be called for more.
func TestSeq_endsAllStepsAtABreak(t *testing.T) {
	t.Parallel()
	const n = 9
	want := []string{"1", "3", "5", "7"}
	for k := range len(want) + 1 {
		asked, kept, mapped := 0, 0, 0
		source := func(yield func(int) bool) {
			for i := range n {
				asked++
				if !yield(i) {
					return
				}
			}
		}
		odds := FilterSeq(source, func(i int) bool { kept++; return odd(i) })
		texts := MapSeq(odds, func(i int) string { mapped++; return strconv.Itoa(i) })
		assert.Zero(t, asked+kept+mapped, "nothing runs before the range")

		var got []string
		for text := range texts {
			got = append(got, text)
			if len(got) == k {
				break
			}
		}
		switch k {
		case 0: // no break
			assert.Equal(t, want, got)
			assert.Equal(t, n, asked)
		default:
			assert.Equal(t, want[:k], got)
			assert.Equal(t, 2*k, asked)
			assert.Equal(t, k, mapped)
		}
		assert.Equal(t, asked, kept)
	}
}

func TestSeq_ofNothingIsEmpty(t *testing.T) {
	t.Parallel()
	never := func(int) bool { panic("called for no value") }
	texts := MapSeq(FilterSeq(slices.Values([]int{}), never), strconv.Itoa)
	assert.Empty(t, slices.Collect(texts))
}

// The check that MapSeq and FilterSeq leave out is the consumer's: a source
// that ignores the break panics there, and does not go on in silence.
func TestSeq_ofASourceThatIgnoresTheBreakPanics(t *testing.T) {
	t.Parallel()
	deaf := func(yield func(int) bool) {
		for i := range 3 {
			yield(i) // and does not look at the result
		}
	}
	all := func(int) bool { return true }
	for _, seq := range []iter.Seq[string]{
		MapSeq(deaf, strconv.Itoa),
		MapSeq(FilterSeq(deaf, all), strconv.Itoa),
	} {
		n := 0
		assert.Panics(t, func() {
			for range seq {
				n++
				break
			}
		})
		assert.Equal(t, 1, n, "the body does not run again")
	}
}

// Not parallel: AllocsPerRun counts those of the whole process.
func TestTransform_allocatesWhatTheLoopAllocates(t *testing.T) {
	numbers := upTo(100)
	for _, c := range []struct {
		name       string
		loop, call func()
	}{
		{"Map", func() { mapLoop(numbers) }, func() { mapCall(numbers) }},
		{"Filter", func() { filterLoop(numbers) }, func() { filterCall(numbers) }},
		{"Reduce", func() { reduceLoop(numbers) }, func() { reduceCall(numbers) }},
		{"chain", func() { chainLoop(numbers) }, func() { chainSeq(numbers) }},
	} {
		want := testing.AllocsPerRun(100, c.loop)
		assert.InDelta(t, want, testing.AllocsPerRun(100, c.call), 0, c.name)
	}
	require.Equal(t, mapLoop(numbers), mapCall(numbers))
	require.Equal(t, filterLoop(numbers), filterCall(numbers))
	require.Equal(t, reduceLoop(numbers), reduceCall(numbers))
	require.Equal(t, chainLoop(numbers), chainSeq(numbers))
	require.Equal(t, chainLoop(numbers), chainSlices(numbers))
}

// invoices are of the customers a, b, c and so on.
func invoices(cents ...int) []Invoice {
	all := make([]Invoice, len(cents))
	for i, c := range cents {
		all[i] = Invoice{string(rune('a' + i)), c}
	}
	return all
}

func TestLarge(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		all := invoices(1000, 200_000, 300_000)
		var requests sync.WaitGroup
		for range 2 {
			requests.Go(func() { Large(all) })
		}
		requests.Wait()
		assert.Equal(t, "b", all[0].Customer, "a is gone")
	})
}

// The near-miss: a caller that has no other use for its slice.
func TestLarge_ofASliceOfItsOwn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		all := invoices(1000, 200_000, 300_000)
		large := Large(slices.Clone(all))
		assert.Equal(t, all[1:], large)
		assert.Equal(t, invoices(1000, 200_000, 300_000), all)
	})
}

func TestFilter_mayRunTwiceAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		all := invoices(1000, 200_000, 300_000)
		var requests sync.WaitGroup
		for range 2 {
			requests.Go(func() {
				large := Filter(all, func(i Invoice) bool { return i.Cents >= 100_000 })
				assert.Equal(t, all[1:], large)
			})
		}
		requests.Wait()
	})
}

// sessions returns three sessions, of which the last two have expired, and weak
// pointers to these. It is not inlined, so that no register of the caller
// keeps a session.
//
//go:noinline
func sessions() (*Sessions, []weak.Pointer[Session]) {
	s := &Sessions{open: []*Session{
		{User: "anna"},
		{User: "ben", Expired: true},
		{User: "cleo", Expired: true},
	}}
	return s, []weak.Pointer[Session]{weak.Make(s.open[1]), weak.Make(s.open[2])}
}

// alive counts the sessions that are still in memory.
func alive(all []weak.Pointer[Session]) int {
	runtime.GC()
	return len(Filter(all, func(p weak.Pointer[Session]) bool { return p.Value() != nil }))
}

func TestSessions_DropExpired(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s, expired := sessions()
		s.DropExpired()
		require.Len(t, s.open, 1)
		assert.Equal(t, 2, alive(expired), "both stand behind the length")
		runtime.KeepAlive(s)
	})
}

// The correct code: the standard library's filter in place clears the tail.
func TestSessions_DropExpired_byDeleteFunc(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s, expired := sessions()
		s.open = slices.DeleteFunc(s.open, func(s *Session) bool { return s.Expired })
		require.Len(t, s.open, 1)
		assert.Zero(t, alive(expired))
		runtime.KeepAlive(s)
	})
}

// The near-miss: where later sessions take the old places, nothing is kept
// but by chance, so the bug is as large as the list once was.
func TestSessions_DropExpired_thenFilledAgain(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s, expired := sessions()
		s.DropExpired()
		s.open = append(s.open, &Session{User: "dora"}, &Session{User: "emil"})
		assert.Zero(t, alive(expired))
		runtime.KeepAlive(s)
	})
}

func TestAverage(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		fetched := map[string]int{}
		size := Average(slices.Values([]string{"a", "bbb"}), func(url string) []byte {
			fetched[url]++
			return []byte(url)
		})
		assert.Equal(t, 2, size, "the result does not show it")
		assert.Equal(t, map[string]int{"a": 2, "bbb": 2}, fetched)
	})
}

// The near-miss: a cheap function without effects may well be called twice,
// and it takes no memory.
func TestAverage_ofACheapFunction(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		words := strings.FieldsSeq("one three")
		assert.Equal(t, 4, Average(words, func(s string) []byte { return []byte(s) }))
		none := strings.FieldsSeq("")
		assert.Zero(t, Average(none, func(s string) []byte { return []byte(s) }))
	})
}

func TestMapSeq_collectedIsCalledOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		calls := 0
		pages := slices.Collect(MapSeq(slices.Values([]string{"a", "bbb"}),
			func(url string) string { calls++; return url }))
		assert.Equal(t, 2, calls)
		assert.Equal(t, []string{"a", "bbb"}, pages)
	})
}
