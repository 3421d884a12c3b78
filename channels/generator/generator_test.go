package generator

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBad = errors.New("bad gateway")

// A listing of seven items in pages of three counts what was fetched.
type listing struct {
	fetched int
	failing int // this page, if it is not 0
}

func (l *listing) fetch(_ context.Context, page int) ([]int, error) {
	l.fetched++
	if page != 0 && page == l.failing {
		return []int{404}, errBad // half a page, not to be shown
	}
	all := []int{0, 1, 2, 3, 4, 5, 6}
	return all[min(3*page, 7):min(3*page+3, 7)], nil
}

// A break fetches no further page, and an error is the last thing to come.
func ExamplePages() {
	stars := func(_ context.Context, page int) ([]string, error) {
		switch page {
		case 0:
			return []string{"Altair", "Deneb"}, nil
		default:
			return nil, errors.New("no connection")
		}
	}
	for star, err := range Pages(context.Background(), stars) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(star)
	}
	// Output:
	// Altair
	// Deneb
	// page 1: no connection
}

func TestPages_yieldsEveryItemOnceInOrder(t *testing.T) {
	t.Parallel()
	l := &listing{}
	pages := Pages(t.Context(), l.fetch)
	for range 2 { // each range begins anew
		var got []int
		for i, err := range pages {
			require.NoError(t, err)
			got = append(got, i)
		}
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6}, got)
	}
	assert.Equal(t, 2*4, l.fetched, "three pages and the empty one, twice")
}

func TestPages_ofNothing(t *testing.T) {
	t.Parallel()
	for item, err := range Pages(t.Context(), func(context.Context, int) ([]int, error) { return nil, nil }) {
		assert.Fail(t, "not empty", "%d %v", item, err)
	}
}

// The loop breaks after k items, for every k.
func TestPages_fetchesNothingAheadOfTheLoop(t *testing.T) {
	t.Parallel()
	for k, want := range []int{1, 1, 1, 2, 2, 2, 3} {
		l := &listing{}
		for i, err := range Pages(t.Context(), l.fetch) {
			require.NoError(t, err)
			if i == k {
				break
			}
		}
		assert.Equal(t, want, l.fetched, "for item %d", k)
	}
}

func TestPages_endsWithTheFirstError(t *testing.T) {
	t.Parallel()
	l := &listing{failing: 1}
	var got []int
	var errs []error
	for i, err := range Pages(t.Context(), l.fetch) {
		if err != nil {
			errs = append(errs, err)
			assert.Zero(t, i)
			continue
		}
		got = append(got, i)
	}
	assert.Equal(t, []int{0, 1, 2}, got)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], errBad)
	assert.ErrorContains(t, errs[0], "page 1")
}

func TestPages_givesFetchItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var got error
	for _, err := range Pages(ctx, func(ctx context.Context, _ int) ([]int, error) { return nil, ctx.Err() }) {
		got = err
	}
	assert.ErrorIs(t, got, context.Canceled)
}

// upTo yields 0 to n-1 and sets *ended when it is left, however that is.
func upTo(n int, ended *bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { *ended = true }()
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func TestAhead_sendsEveryValueOnceInOrder(t *testing.T) {
	t.Parallel()
	for _, ahead := range []int{-1, 0, 1, 99} {
		for _, n := range []int{0, 1, 20} {
			synctest.Test(t, func(t *testing.T) {
				ended, next := false, 0
				for v := range Ahead(t.Context(), ahead, upTo(n, &ended)) {
					assert.Equal(t, next, v)
					next++
				}
				assert.Equal(t, n, next)
				assert.True(t, ended)
			})
		}
	}
}

// The consumer leaves after k values, for every k. A goroutine left behind
// fails synctest.Test; the iterator's deferred call has run.
func TestAhead_endsWhenTheConsumerLeaves(t *testing.T) {
	t.Parallel()
	const n = 6
	for k := range n + 1 {
		for ahead := range 3 {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := false
				out := Ahead(ctx, ahead, upTo(n, &ended))
				for v := range k {
					assert.Equal(t, v, <-out)
				}
				synctest.Wait()
				cancel()
				synctest.Wait()
				assert.True(t, ended)
				left := 0
				for range out {
					left++
				}
				assert.Equal(t, min(ahead, n-k), left, "what the buffer holds")
			})
		}
	}
}

func TestAhead_isSoManyValuesAhead(t *testing.T) {
	t.Parallel()
	const n = 9
	for ahead := range 4 {
		synctest.Test(t, func(t *testing.T) {
			produced := 0
			out := Ahead(t.Context(), ahead, func(yield func(int) bool) {
				for i := range n {
					produced++
					if !yield(i) {
						return
					}
				}
			})
			for v := range n {
				time.Sleep(time.Hour)
				synctest.Wait()
				assert.Equal(t, min(v+ahead+1, n), produced)
				assert.Equal(t, v, <-out)
			}
		})
	}
}

func TestMerge_yieldsBothInOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ a, b, want []int }{
		"in turn":      {[]int{1, 3, 5}, []int{2, 4, 6}, []int{1, 2, 3, 4, 5, 6}},
		"a first":      {[]int{1, 2}, []int{3, 4}, []int{1, 2, 3, 4}},
		"b first":      {[]int{3, 4}, []int{1, 2}, []int{1, 2, 3, 4}},
		"equal values": {[]int{1, 1}, []int{1, 2}, []int{1, 1, 1, 2}},
		"a is empty":   {nil, []int{1, 2}, []int{1, 2}},
		"b is empty":   {[]int{1, 2}, nil, []int{1, 2}},
		"both empty":   {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := slices.Collect(Merge(slices.Values(c.a), slices.Values(c.b)))
			assert.Equal(t, c.want, got)
		})
	}
}

// The loop breaks after k values, for every k: both iterators have ended, and
// so has the coroutine of the one that is pulled.
func TestMerge_endsBothWhenTheLoopIsLeft(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for k := range 8 {
			var aEnded, bEnded bool
			n := 0
			for range Merge(upTo(4, &aEnded), upTo(4, &bEnded)) {
				if n++; n > k {
					break
				}
			}
			assert.True(t, aEnded && bEnded, "left after %d", k)
		}
	})
}

func TestPageChannel(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		for page := range PageChannel(func(n int) string { return fmt.Sprint("page ", n) }) {
			assert.Equal(t, "page 0", page)
			break
		}
	})
}

// The near-miss: a loop that is not left early ends the goroutine.
func TestPageChannel_readToItsEnd(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		pages := []string{"a", "b", ""}
		var got []string
		for page := range PageChannel(func(n int) string { return pages[n] }) {
			got = append(got, page)
		}
		assert.Equal(t, []string{"a", "b"}, got)
	})
}

// lines yields what a file would, and closes it when it is left.
func lines(closed *bool, all ...string) iter.Seq[string] {
	return func(yield func(string) bool) {
		defer func() { *closed = true }()
		for _, line := range all {
			if !yield(line) {
				return
			}
		}
	}
}

func TestSameLines(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var aClosed, bClosed bool
		same := SameLines(lines(&aClosed, "x", "y"), lines(&bClosed, "x", "z"))
		assert.False(t, same)
		assert.True(t, aClosed, "range ends the iterator that it reads")
		assert.False(t, bClosed, "nothing ends the one that was pulled")
	})
}

// The near-miss: of equal files both are read to their end, and an iterator
// that has returned needs no stop.
func TestSameLines_equal(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var aClosed, bClosed bool
		same := SameLines(lines(&aClosed, "x", "y"), lines(&bClosed, "x", "y"))
		assert.True(t, same)
		assert.True(t, aClosed && bClosed)
	})
}

// There is something to stop although nothing was ever asked of it.
func TestPull_holdsACoroutineBeforeTheFirstNext(t *testing.T) {
	t.Parallel()
	seen := detect.Run(t, detect.Goleak, func() {
		_, _ = iter.Pull(lines(new(bool), "x"))
	})
	assert.Equal(t, detect.Caught, seen.State, seen.Text)
	assert.Contains(t, seen.Text, "iter.Pull")
}
