package iterators

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/generics/transform"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("connection reset")

// A meter counts what was asked of an iterator, and whether it is open.
type meter struct{ asked, open int }

// of yields the values, and counts.
func of[T any](m *meter, values ...T) iter.Seq[T] {
	return func(yield func(T) bool) {
		m.open++
		defer func() { m.open-- }()
		for _, v := range values {
			m.asked++
			if !yield(v) {
				return
			}
		}
		m.asked++ // for the value that is not there
	}
}

// fromChannel yields what the channel gives, once.
func fromChannel[T any](values ...T) iter.Seq[T] {
	c := make(chan T, len(values))
	for _, v := range values {
		c <- v
	}
	close(c)
	return func(yield func(T) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

// first ranges over seq and breaks at the k-th value. For 0 it ranges to the
// end.
func first[T any](seq iter.Seq[T], k int) []T {
	var got []T
	for v := range seq {
		got = append(got, v)
		if len(got) == k {
			break
		}
	}
	return got
}

// breaks checks that a loop left at any value, and one that is not left, has
// seen the values so far, and that the meters say that all is closed; twice.
func breaks[T any](t *testing.T, want []T, seq iter.Seq[T], meters ...*meter) {
	t.Helper()
	for k := range len(want) + 1 {
		for range 2 {
			got := first(seq, k)
			if k == 0 {
				assert.True(t, slices.EqualFunc(want, got, same[T]), "%v", got)
			} else {
				assert.Equal(t, want[:k], got)
			}
			for _, m := range meters {
				assert.Zero(t, m.open, "left at %d", k)
			}
		}
	}
}

func same[T any](a, b T) bool { return assert.ObjectsAreEqual(a, b) }

func menu(dishes ...string) *Menu {
	var m *Menu
	for _, d := range dishes {
		m = m.Add(d)
	}
	return m
}

func TestMenu_All(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		for dish := range menu("cake", "bread", "apple").All() {
			assert.Equal(t, "apple", dish)
			break
		}
	})
}

// The near-miss: a loop to the end, and a break at the last value but of the
// recursion's topmost level.
func TestMenu_All_toTheEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		dishes := menu("bread", "apple", "cake")
		assert.Equal(t, []string{"apple", "bread", "cake"}, slices.Collect(dishes.All()))
		assert.Equal(t, []string{"apple", "bread"}, first(menu("bread", "apple").All(), 2))
	})
}

// insert adds a value to a tree.
func insert(n *Node[int], v int) *Node[int] {
	switch {
	case n == nil:
		return &Node[int]{Value: v}
	case v < n.Value:
		n.Left = insert(n.Left, v)
	default:
		n.Right = insert(n.Right, v)
	}
	return n
}

func TestNode_yieldsInOrderUntilABreak(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var root *Node[int]
		breaks(t, nil, root.All())
		for _, v := range []int{4, 2, 6, 1, 3, 5, 7} {
			root = insert(root, v)
		}
		breaks(t, []int{1, 2, 3, 4, 5, 6, 7}, root.All())
	})
}

// files counts those that are open.
type files struct {
	fs.FS

	open int
}

func (fsys *files) Open(name string) (fs.File, error) {
	f, err := fsys.FS.Open(name)
	if err == nil {
		fsys.open++
		f = &file{f, fsys}
	}
	return f, err
}

type file struct {
	fs.File

	of *files
}

func (f *file) Close() error { f.of.open--; return f.File.Close() }

func TestLines_closesTheFileHoweverTheLoopIsLeft(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		fsys := &files{FS: fstest.MapFS{"a": {Data: []byte("1\n2\r\n\n4")}}}
		lines := Lines(fsys, "a")
		assert.Zero(t, fsys.open, "nothing runs before the range")
		for k := range 5 {
			n := 0
			for _, err := range lines {
				require.NoError(t, err)
				assert.Equal(t, 1, fsys.open)
				if n++; n == k {
					break
				}
			}
			assert.Zero(t, fsys.open, "left at %d", k)
		}
		assert.PanicsWithValue(t, "body", func() {
			for _, err := range lines {
				assert.NoError(t, err)
				panic("body")
			}
		})
		assert.Zero(t, fsys.open)
		for range 2 { // each range opens it anew
			got, err := Collect(lines)
			require.NoError(t, err)
			assert.Equal(t, []string{"1", "2", "", "4"}, got)
		}
	})
}

func TestLines_endsWithTheError(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000)
	fsys := fstest.MapFS{"a": {Data: []byte("1\n2\n" + long + "\n4\n")}}
	var got []string
	var errs []error
	for line, err := range Lines(fsys, "a") {
		if err != nil {
			errs = append(errs, err)
			assert.Empty(t, line)
			continue
		}
		got = append(got, line)
	}
	assert.Equal(t, []string{"1", "2"}, got)
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "lines of a")

	_, err := Collect(Lines(fsys, "b"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestCollect_asksForNothingAfterAnError(t *testing.T) {
	t.Parallel()
	asked := 0
	got, err := Collect(func(yield func(int, error) bool) {
		for i := range 5 {
			asked++
			var err error
			if i == 2 {
				err = errBroken
			}
			if !yield(i, err) {
				return
			}
		}
	})
	assert.Equal(t, []int{0, 1}, got)
	assert.Equal(t, errBroken, err)
	assert.Equal(t, 3, asked)
}

func TestMean_inOnePass(t *testing.T) {
	t.Parallel()
	mean, ok := Mean(fromChannel(2.0, 4, 9))
	assert.True(t, ok)
	assert.InDelta(t, 5, mean, 1e-12)
	_, ok = Mean(fromChannel[float64]())
	assert.False(t, ok)
}

func TestTake_asksForNoValueTooMany(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for n := -1; n < 6; n++ {
			var m meter
			seq := Take(of(&m, 0, 1, 2, 3), n)
			breaks(t, []int{0, 1, 2, 3}[:min(max(n, 0), 4)], seq, &m)
			m.asked = 0
			first(seq, 0)
			assert.Equal(t, min(max(n, 0), 5), m.asked)
		}
	})
}

// The runtime's check holds in each adapter, for each of them ranges: a source
// that goes on after false panics there.
func TestTake_ofASourceThatGoesOnPanics(t *testing.T) {
	t.Parallel()
	deaf := func(yield func(int) bool) {
		for i := range 3 {
			yield(i) // and does not look at the result
		}
	}
	assert.Panics(t, func() { first(Take(deaf, 1), 0) })
	assert.Panics(t, func() { first(Chunk(deaf, 1), 1) })
}

func TestChunk_yieldsMemoryOfItsOwn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m meter
		breaks(t, [][]int{{0, 1}, {2, 3}, {4}}, Chunk(of(&m, 0, 1, 2, 3, 4), 2), &m)
		breaks(t, [][]int{{0, 1}, {2, 3}}, Chunk(of(&m, 0, 1, 2, 3), 2), &m)
		breaks(t, nil, Chunk(of[int](&m), 2), &m)
		assert.Panics(t, func() { Chunk(of(&m, 0), 0) })
		sent := make(chan []int)
		var last []int
		go func() {
			defer close(sent)
			for chunk := range Chunk(of(&m, 0, 1, 2), 1) {
				sent <- chunk
			}
		}()
		for chunk := range sent {
			last = append(last, chunk...)
		}
		assert.Equal(t, []int{0, 1, 2}, last)
	})
}

func keysOf[A, B any](pairs iter.Seq2[A, B], take func(A, B)) iter.Seq[A] {
	return func(yield func(A) bool) {
		for a, b := range pairs {
			take(a, b)
			if !yield(a) {
				return
			}
		}
	}
}

func TestZip_closesBothHoweverTheLoopIsLeft(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		letters := []string{"0", "1", "2", "3"}
		for _, c := range [][2]int{{3, 4}, {4, 3}, {3, 3}, {0, 2}, {2, 0}, {0, 0}} {
			var a, b meter
			numbers := []int{0, 1, 2, 3}[:c[0]]
			zip := Zip(of(&a, numbers...), of(&b, letters[:c[1]]...))
			breaks(t, numbers[:min(c[0], c[1])], keysOf(zip, func(n int, letter string) {
				assert.Equal(t, letters[n], letter)
			}), &a, &b)
		}
	})
}

func TestZip_passesThePanicsOfAllThree(t *testing.T) {
	t.Parallel()
	var m meter
	failing := func(func(int) bool) { panic("source") }
	none := func(int, int) {}
	assert.PanicsWithValue(t, "source", func() { first(keysOf(Zip(of(&m, 1), failing), none), 0) })
	assert.PanicsWithValue(t, "source", func() { first(keysOf(Zip(failing, of(&m, 1)), none), 0) })
	assert.PanicsWithValue(t, "body", func() {
		for range Zip(of(&m, 1), of(&m, 2)) {
			panic("body")
		}
	})
	assert.Zero(t, m.open)
}

func TestMerge_keepsOrderAndClosesAll(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var a, b, c meter
		merged := Merge(cmp.Compare[int],
			of(&a, 1, 4, 4, 9), of[int](&b), of(&c, 0, 4, 5))
		breaks(t, []int{0, 1, 4, 4, 4, 5, 9}, merged, &a, &b, &c)
		breaks(t, nil, Merge(cmp.Compare[int]))
	})
}

func TestMerge_ofEqualsTakesTheFirstIteratorsFirst(t *testing.T) {
	t.Parallel()
	var m meter
	byLetter := func(a, b string) int { return cmp.Compare(a[0], b[0]) }
	merged := Merge(byLetter, of(&m, "a1", "b1", "b2"), of(&m, "a3", "b3"))
	breaks(t, []string{"a1", "a3", "b1", "b2", "b3"}, merged, &m)
}

// The adapters on top of those of package transform: a break at the end of the
// chain reaches its beginning.
func TestAdapters_chain(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m meter
		odd := transform.FilterSeq(of(&m, 1, 2, 3, 4, 5, 6, 7),
			func(n int) bool { return n%2 == 1 })
		sums := transform.MapSeq(Chunk(Take(odd, 3), 2), func(s []int) int {
			return transform.Reduce(s, 0, func(a, b int) int { return a + b })
		})
		breaks(t, []int{4, 5}, sums, &m)
		m.asked = 0
		first(sums, 0)
		assert.Equal(t, 5, m.asked)
	})
}

func TestAlign(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var a, b meter
		for line, other := range Align(of(&a, "1", "2"), of(&b, "1", "3")) {
			if line != other {
				break
			}
		}
		assert.Zero(t, a.open)
		assert.Equal(t, 1, b.open, "its deferred call has not run")
	})
}

// The near-miss: to the end of b, the coroutine ends too.
func TestAlign_toTheEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var a, b meter
		n := 0
		for line, other := range Align(of(&a, "1", "2"), of(&b, "1")) {
			assert.Equal(t, line, other)
			n++
		}
		assert.Equal(t, 1, n)
		assert.Zero(t, b.open)
	})
}

// tail yields three lines, and then waits as tail -f does.
func tail(yield func(string) bool) {
	for _, line := range []string{"1", "2", "3"} {
		if !yield(line) {
			return
		}
	}
	<-make(chan struct{})
}

func TestPreview(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { Preview(tail, 3) })
}

// The near-miss: while there is one line more than it wants, it returns.
func TestPreview_ofALongerLog(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, []string{"1", "2"}, Preview(tail, 2))
		assert.Equal(t, []string{"1", "2", "3"}, slices.Collect(Take(tail, 3)))
	})
}

func TestBatches(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var m meter
		all := slices.Collect(Batches(of(&m, 1, 2, 3, 4), 2))
		assert.Equal(t, [][]int{{3, 4}, {3, 4}}, all)

		inserts := make(chan []int, 2)
		done := make(chan int)
		go func() {
			sum := 0
			for batch := range inserts {
				sum += batch[0]
			}
			done <- sum
		}()
		for batch := range Batches(of(&m, 1, 2, 3, 4), 2) {
			inserts <- batch
		}
		close(inserts)
		<-done
	})
}

// The near-miss: a loop that is done with a batch before it asks for the next.
func TestBatches_oneByOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m meter
		sum := 0
		for batch := range Batches(of(&m, 1, 2, 3, 4, 5), 2) {
			for _, row := range batch {
				sum += row
			}
		}
		assert.Equal(t, 15, sum)
		assert.Equal(t, [][]int{{1, 2}}, first(Batches(of(&m, 1, 2, 3), 2), 1))
	})
}

func TestSpread(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		spread := Spread(fromChannel(2.0, 4, 9))
		assert.True(t, math.IsNaN(spread), "%v", spread)
	})
}

// The near-miss: a slice yields its values as often as one likes.
func TestSpread_ofASlice(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.InDelta(t, 2, Spread(slices.Values([]float64{1, 5, 1, 5})), 1e-12)
		once := slices.Collect(fromChannel(1.0, 5, 1, 5))
		assert.InDelta(t, 2, Spread(slices.Values(once)), 1e-12)
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := io.MultiReader(strings.NewReader("anna\nben\n"), iotest.ErrReader(errBroken))
		names := slices.Collect(Names(r))
		assert.Equal(t, []string{"anna", "ben"}, names, "as if that were all")
	})
}

// The near-miss: what is in memory does not fail.
func TestNames_inMemory(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, []string{"anna"}, first(Names(strings.NewReader("anna\nben")), 1))
		assert.Equal(t, []string{"anna", "ben"}, slices.Collect(Names(strings.NewReader("anna\nben"))))
	})
}
