package collections

import "iter"

// A Heap gives back the smallest of its values, in the order of a comparison
// such as cmp.Compare. Equal values come in no order. Make one with [NewHeap].
// It is not for concurrent use.
type Heap[E any] struct {
	values  []E // no value is smaller than its parent, at (i-1)/2
	compare func(a, b E) int
}

// NewHeap returns an empty heap. compare is negative if a comes before b.
func NewHeap[E any](compare func(a, b E) int) *Heap[E] {
	return &Heap[E]{compare: compare}
}

// Push adds a value. It takes O(log n) comparisons.
func (h *Heap[E]) Push(v E) {
	h.values = append(h.values, v)
	i := len(h.values) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h.compare(v, h.values[parent]) >= 0 {
			break
		}
		h.values[i] = h.values[parent]
		i = parent
	}
	h.values[i] = v
}

// Pop takes out the smallest value, and says whether there is one. It takes
// O(log n) comparisons.
func (h *Heap[E]) Pop() (smallest E, ok bool) {
	if len(h.values) == 0 {
		return smallest, false
	}
	smallest = h.values[0]
	end := len(h.values) - 1
	v := h.values[end]
	clear(h.values[end:]) // or the array would keep what v refers to
	h.values = h.values[:end]
	if end > 0 {
		h.sink(v)
	}
	return smallest, true
}

// sink puts v where the heap has a gap at its top.
func (h *Heap[E]) sink(v E) {
	s, i := h.values, 0
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && h.compare(s[child+1], s[child]) < 0 {
			child++
		}
		if h.compare(v, s[child]) <= 0 {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = v
}

// Len returns the number of values.
func (h *Heap[E]) Len() int { return len(h.values) }

// Drain pops and yields values, the smallest first, until the heap is empty.
// What the loop pushes comes too. A break leaves the rest in the heap.
func (h *Heap[E]) Drain() iter.Seq[E] {
	return func(yield func(E) bool) {
		for {
			v, ok := h.Pop()
			if !ok || !yield(v) {
				return
			}
		}
	}
}
