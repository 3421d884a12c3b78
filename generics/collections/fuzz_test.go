package collections

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each fuzz test runs a program of bytes on a collection and on a model that is
// too plain to be wrong, and compares them after every step. The two high bits
// of a byte are the operation, the low three the key. go test runs those of
// testdata/fuzz; go test -fuzz FuzzLRU looks for more.

type entry struct {
	key byte
	n   int
}

// pairs is a model of maps with an order: a slice, searched from its start.
type pairs []entry

func (p pairs) index(key byte) int {
	return slices.IndexFunc(p, func(e entry) bool { return e.key == key })
}

func (p pairs) find(key byte) (int, bool) {
	if i := p.index(key); i >= 0 {
		return p[i].n, true
	}
	return 0, false
}

func (p pairs) without(key byte) pairs {
	return slices.DeleteFunc(p, func(e entry) bool { return e.key == key })
}

func collect(all func(yield func(byte, int) bool)) pairs {
	got := pairs{}
	for k, n := range all {
		got = append(got, entry{k, n})
	}
	return got
}

func FuzzSet(f *testing.F) {
	f.Fuzz(func(t *testing.T, program []byte) {
		var s Set[byte]
		model := map[byte]bool{}
		for _, b := range program {
			key := b & 7
			if b>>6 < 2 {
				require.Equal(t, !model[key], s.Add(key))
				model[key] = true
			} else {
				require.Equal(t, model[key], s.Delete(key))
				delete(model, key)
			}
			require.Equal(t, model[key], s.Contains(key))
			require.Equal(t, len(model), s.Len())
			require.ElementsMatch(t, slices.Collect(maps.Keys(model)), slices.Collect(s.All()))
		}
	})
}

func FuzzOrderedMap(f *testing.F) {
	f.Fuzz(func(t *testing.T, program []byte) {
		var m OrderedMap[byte, int]
		model := pairs{}
		for n, b := range program {
			key := b & 7
			want, there := model.find(key)
			switch b >> 6 {
			case 0, 1:
				m.Set(key, n)
				if there {
					model[model.index(key)].n = n
				} else {
					model = append(model, entry{key, n})
				}
			case 2:
				require.Equal(t, there, m.Delete(key))
				model = model.without(key)
			case 3:
				got, ok := m.Get(key)
				require.Equal(t, there, ok)
				require.Equal(t, want, got)
			}
			require.Equal(t, model, collect(m.All()))
			require.Equal(t, len(model), m.Len())
		}
	})
}

func FuzzLRU(f *testing.F) {
	f.Fuzz(func(t *testing.T, room byte, program []byte) {
		room %= 6
		c := NewLRU[byte, int](int(room))
		model := pairs{}
		for n, b := range program {
			key := b & 7
			want, there := model.find(key)
			switch b >> 6 {
			case 0, 1:
				c.Put(key, n)
				model = append(model.without(key), entry{key, n})
				if len(model) > int(room) {
					model = model[1:]
				}
			case 2:
				require.Equal(t, there, c.Delete(key))
				model = model.without(key)
			case 3:
				got, ok := c.Get(key)
				require.Equal(t, there, ok)
				require.Equal(t, want, got)
				if there {
					model = append(model.without(key), entry{key, want})
				}
			}
			require.Equal(t, model, collect(c.All()))
			require.Equal(t, len(model), c.Len())
		}
	})
}

func FuzzHeap(f *testing.F) {
	f.Fuzz(func(t *testing.T, program []byte) {
		h := NewHeap(cmp.Compare[byte])
		var model []byte // sorted
		for _, b := range program {
			if b>>6 < 3 {
				h.Push(b)
				i, _ := slices.BinarySearch(model, b)
				model = slices.Insert(model, i, b)
			} else {
				got, ok := h.Pop()
				require.Equal(t, len(model) > 0, ok)
				if ok {
					require.Equal(t, model[0], got)
					model = model[1:]
				}
			}
			require.Equal(t, len(model), h.Len())
		}
		require.True(t, slices.Equal(model, slices.Collect(h.Drain())))
	})
}

func FuzzConcurrentMap(f *testing.F) {
	f.Fuzz(func(t *testing.T, program []byte) {
		var m ConcurrentMap[byte, int]
		model := map[byte]int{}
		for n, b := range program {
			key := b & 7
			want, there := model[key]
			switch b >> 6 {
			case 0:
				m.Set(key, n)
				model[key] = n
			case 1:
				m.Update(key, func(old int, ok bool) int {
					require.Equal(t, there, ok)
					require.Equal(t, want, old)
					return old + n
				})
				model[key] += n
			case 2:
				m.Delete(key)
				delete(model, key)
			case 3:
				got, ok := m.Get(key)
				require.Equal(t, there, ok)
				require.Equal(t, want, got)
			}
			require.True(t, maps.Equal(model, maps.Collect(m.All())))
			require.Equal(t, len(model), m.Len())
		}
	})
}
