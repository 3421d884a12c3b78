package bench

import (
	"cmp"
	"container/heap"
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"example.com/goguide/generics/collections"
)

const (
	entries = 1 << 12 // room in the cache
	keys    = 1 << 16 // different keys asked for
)

// Each way looks a key up and adds it if it is not there, and says how often it
// was. Those of golang-lru: simplelru has no lock, as ours, and lru has one.
var lruWays = []way{
	{"collections.LRU", cheap, true, lruOurs},
	{"simplelru.LRU", cheap, true, lruSimple},
	{"lru.Cache", cheap, true, lruLocked},
}

// Each way pushes all values and then pops them all.
var heapWays = []way{
	{"collections.Heap", dear, true, heapOurs},
	{"container/heap", dear, true, heapStandard},
}

func BenchmarkLRU(b *testing.B)  { compare(b, requests(), lruWays) }
func BenchmarkHeap(b *testing.B) { compare(b, shuffled(), heapWays) }

// All ways do the same work: the same hits, the same order.
func TestCollections(t *testing.T) {
	for name, c := range map[string]struct {
		in   []int
		ways []way
	}{
		"LRU":  {requests(), lruWays},
		"Heap": {shuffled(), heapWays},
	} {
		want := c.ways[0].run(t.Context(), c.in[:c.ways[0].jobs])
		for _, way := range c.ways {
			t.Run(name+"/"+way.name, func(t *testing.T) {
				if got := way.run(t.Context(), c.in[:way.jobs]); !slices.Equal(want, got) {
					t.Errorf("another result than %s", c.ways[0].name)
				}
			})
		}
		if name == "LRU" && (want[0] == 0 || want[0] == cheap) {
			t.Errorf("%d hits of %d: the benchmark should see both", want[0], cheap)
		}
	}
}

// requests are keys as a cache meets them: a few often, many once.
func requests() []int {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, keys-1)
	all := make([]int, cheap)
	for i := range all {
		all[i] = int(zipf.Uint64())
	}
	return all
}

func shuffled() []int { return rand.New(rand.NewPCG(1, 2)).Perm(dear) }

func lruOurs(_ context.Context, in []int) []int {
	hits := 0
	c := collections.NewLRU[int, int](entries)
	for _, key := range in {
		if _, ok := c.Get(key); ok {
			hits++
		} else {
			c.Put(key, key)
		}
	}
	return []int{hits}
}

func lruSimple(_ context.Context, in []int) []int {
	hits := 0
	c, _ := simplelru.NewLRU[int, int](entries, nil)
	for _, key := range in {
		if _, ok := c.Get(key); ok {
			hits++
		} else {
			c.Add(key, key)
		}
	}
	return []int{hits}
}

func lruLocked(_ context.Context, in []int) []int {
	hits := 0
	c, _ := lru.New[int, int](entries)
	for _, key := range in {
		if _, ok := c.Get(key); ok {
			hits++
		} else {
			c.Add(key, key)
		}
	}
	return []int{hits}
}

func heapOurs(_ context.Context, in []int) []int {
	h := collections.NewHeap(cmp.Compare[int])
	for _, v := range in {
		h.Push(v)
	}
	return slices.AppendSeq(make([]int, 0, len(in)), h.Drain())
}

// ints is what container/heap asks its users to write.
type ints []int

func (h ints) Len() int           { return len(h) }
func (h ints) Less(i, j int) bool { return h[i] < h[j] }
func (h ints) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

func (h *ints) Push(v any) {
	n, _ := v.(int)
	*h = append(*h, n)
}

func (h *ints) Pop() any {
	end := len(*h) - 1
	v := (*h)[end]
	*h = (*h)[:end]
	return v
}

func heapStandard(_ context.Context, in []int) []int {
	h := &ints{}
	for _, v := range in {
		heap.Push(h, v)
	}
	out := make([]int, 0, len(in))
	for h.Len() > 0 {
		v, _ := heap.Pop(h).(int)
		out = append(out, v)
	}
	return out
}
