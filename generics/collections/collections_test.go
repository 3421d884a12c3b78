package collections

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSet_holdsEachValueOnce(t *testing.T) {
	t.Parallel()
	var s Set[string]
	assert.Zero(t, s.Len())
	assert.False(t, s.Contains("a"))
	assert.False(t, s.Delete("a"))
	assert.Empty(t, slices.Collect(s.All()))
	assert.True(t, s.Add("a"))
	assert.False(t, s.Add("a"))
	assert.True(t, s.Add("b"))
	assert.Equal(t, 2, s.Len())
	for v := range s.All() {
		assert.True(t, s.Delete(v), "the loop may delete")
	}
	assert.Zero(t, s.Len())
}

func TestSet_IntersectHoldsWhatIsInBoth(t *testing.T) {
	t.Parallel()
	a, b := SetOf(1, 2, 3), SetOf(3, 2, 7)
	assert.ElementsMatch(t, []int{2, 3}, slices.Collect(a.Intersect(b).All()))
	assert.Zero(t, a.Intersect(&Set[int]{}).Len())
	assert.Equal(t, 3, a.Len())
	assert.Equal(t, 3, b.Len())
}

// ordered returns a map of the letters, in their order, to their places.
func ordered(letters string) *OrderedMap[string, int] {
	m := &OrderedMap[string, int]{}
	for i, c := range letters {
		m.Set(string(c), i)
	}
	return m
}

func keys(m *OrderedMap[string, int]) string {
	return strings.Join(slices.Collect(m.Keys()), "")
}

// The loop deletes and sets at every place, while it stands on b of abcd.
func TestOrderedMap_mayChangeWhileItIsRangedOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, remove, add, seen, left string }{
		{"deletes the one it stands on", "b", "", "abcd", "acd"},
		{"deletes what has come", "a", "", "abcd", "bcd"},
		{"deletes the next", "c", "", "abd", "abd"},
		{"deletes this one and both beside it", "cab", "", "abd", "d"},
		{"deletes this one and both beside it from the left", "abc", "", "abd", "d"},
		{"deletes all", "bacd", "", "ab", ""},
		{"deletes all and adds", "abcd", "e", "abe", "e"},
		{"adds", "", "ef", "abcdef", "abcdef"},
		{"sets what is there", "", "ac", "abcd", "abcd"},
		{"deletes the last and adds it again", "d", "d", "abcd", "abcd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := ordered("abcd")
			var seen strings.Builder
			for k := range m.All() {
				seen.WriteString(k)
				if k != "b" {
					continue
				}
				for _, r := range c.remove {
					assert.True(t, m.Delete(string(r)))
				}
				for _, a := range c.add {
					m.Set(string(a), 0)
				}
			}
			assert.Equal(t, c.seen, seen.String())
			assert.Equal(t, c.left, keys(m))
		})
	}
}

func TestOrderedMap_rangeMayEndAtEveryKey(t *testing.T) {
	t.Parallel()
	m := ordered("abcd")
	for n := 1; n <= m.Len(); n++ {
		var seen []string
		for k := range m.Keys() {
			if seen = append(seen, k); len(seen) == n {
				break
			}
		}
		assert.Equal(t, "abcd"[:n], strings.Join(seen, ""))
	}
}

func TestHeap_drainsWhatTheLoopPushes(t *testing.T) {
	t.Parallel()
	h := NewHeap(cmp.Compare[int])
	h.Push(9)
	h.Push(1)
	var got []int
	for v := range h.Drain() {
		got = append(got, v)
		if v == 1 {
			h.Push(5)
		}
		if v == 5 {
			break
		}
	}
	assert.Equal(t, []int{1, 5}, got)
	assert.Equal(t, 1, h.Len(), "a break leaves the rest")
}

func TestHeap_forgetsWhatIsPopped(t *testing.T) {
	t.Parallel()
	h := NewHeap(func(a, b *int) int { return cmp.Compare(*a, *b) })
	for i := range 9 {
		h.Push(&i)
	}
	for range h.Drain() {
		for i, p := range h.values[h.Len():cap(h.values)] {
			require.Nil(t, p, "%d behind the length", i)
		}
	}
}

func TestLRU_withoutRoomHoldsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []*LRU[string, int]{{}, NewLRU[string, int](0), NewLRU[string, int](-1)} {
		c.Put("a", 1)
		_, ok := c.Get("a")
		assert.False(t, ok)
		assert.Zero(t, c.Len())
		assert.Empty(t, maps.Collect(c.All()))
	}
}

func TestLRU_mayChangeWhileItIsRangedOver(t *testing.T) {
	t.Parallel()
	c := NewLRU[string, int](3)
	for i, k := range []string{"a", "b", "c"} {
		c.Put(k, i)
	}
	var seen []string
	for k := range c.All() {
		seen = append(seen, k)
		c.Get(k)
		if k == "a" {
			c.Delete("b")
		}
	}
	assert.Equal(t, []string{"a", "c"}, seen)
	for range c.All() {
		seen = append(seen, "once")
		break
	}
	assert.Len(t, seen, 3)
}

// Not parallel: AllocsPerRun counts those of the whole process.
func TestLRU_allocatesNothingOnceFull(t *testing.T) {
	c := NewLRU[int, int](64)
	i := 0
	put := func() { c.Put(i, i); c.Get(i - 9); i++ }
	for range 1000 {
		put()
	}
	assert.Zero(t, testing.AllocsPerRun(1000, put))
}

func TestConcurrentMap_updatesOneAfterTheOther(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const goroutines, rounds = 4, 50
		var counts ConcurrentMap[string, int]
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for range rounds {
					counts.Update("a", func(n int, _ bool) int { return n + 1 })
					counts.Get("a")
					for k, n := range counts.All() {
						counts.Set("last "+k[len(k)-1:], n)
					}
					counts.Delete("last a")
					_ = counts.Len()
				}
			})
		}
		wg.Wait()
		n, _ := counts.Get("a")
		assert.Equal(t, goroutines*rounds, n)
	})
}

func TestConcurrentMap_mayBeChangedWhileItIsRangedOver(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var m ConcurrentMap[int, int]
		all := m.All()
		for i := range 9 {
			m.Set(i, i)
		}
		n := 0
		for k := range all {
			m.Delete(k)
			m.Set(k+100, k)
			n++
		}
		assert.Equal(t, 9, n, "the range is over what was there when it began")
		assert.Equal(t, 9, m.Len())
		for range all {
			n++
			break
		}
		assert.Equal(t, 10, n)
	})
}

func TestConcurrentMap_isUsableAfterAPanicInUpdate(t *testing.T) {
	t.Parallel()
	var m ConcurrentMap[string, int]
	assert.Panics(t, func() { m.Update("a", func(int, bool) int { panic("no") }) })
	assert.Zero(t, m.Len())
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		Distinct([]any{"a", []any{"b"}})
	})
}

// The near-miss: a column of strings and numbers, as in all test data so far.
// One and one are two values if their types are.
func TestDistinct_ofScalars(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 4, Distinct([]any{"1", 1, 1.0, nil, "1", nil}))
	})
}

func pageCache() *PageCache {
	c := NewPageCache(2)
	c.Put("/a", "page a")
	c.Put("/b", "page b")
	return c
}

func TestPageCache_Get(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		c := pageCache()
		var requests sync.WaitGroup
		for range 2 {
			requests.Go(func() {
				page, ok := c.Get("/a")
				assert.True(t, ok)
				assert.Equal(t, "page a", page)
			})
		}
		requests.Wait()
	})
}

// The near-miss: one request after the other, and the correct code: a lock for
// writing.
func TestPageCache_Get_underALockForWriting(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		c := pageCache()
		_, ok := c.Get("/a")
		assert.True(t, ok)
		var mu sync.Mutex
		var requests sync.WaitGroup
		for range 2 {
			requests.Go(func() {
				mu.Lock()
				defer mu.Unlock()
				c.pages.Get("/b")
			})
		}
		requests.Wait()
	})
}

func sessions() *Sessions {
	return NewSessions(map[string]string{"1": "anna", "2": "ben"})
}

func TestSessions_All(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := sessions()
		for token := range s.All() {
			s.Delete(token)
		}
	})
}

// The near-miss: the loop collects, and deletes after its end. A break ends
// the range, and its lock with it.
func TestSessions_All_collectedFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := sessions()
		for range s.All() {
			break
		}
		for token := range maps.Collect(s.All()) {
			s.Delete(token)
		}
		assert.Empty(t, maps.Collect(s.All()))
	})
}
