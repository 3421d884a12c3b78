package collections

import (
	"iter"
	"maps"
)

// A Set holds each value once. The zero value is empty. A copy of a Set that
// is not empty shares its values. It is not for concurrent use.
type Set[E comparable] struct {
	m map[E]struct{}
}

// SetOf returns a set of the values.
func SetOf[E comparable](values ...E) *Set[E] {
	s := &Set[E]{make(map[E]struct{}, len(values))}
	for _, v := range values {
		s.m[v] = struct{}{}
	}
	return s
}

// Add puts v into the set and says whether it was not there before. It panics
// if E is an interface and v holds what cannot be compared, such as a slice.
func (s *Set[E]) Add(v E) bool {
	if s.m == nil {
		s.m = map[E]struct{}{}
	}
	before := len(s.m)
	s.m[v] = struct{}{}
	return len(s.m) > before
}

// Delete takes v out of the set and says whether it was there.
func (s *Set[E]) Delete(v E) bool {
	before := len(s.m)
	delete(s.m, v)
	return len(s.m) < before
}

// Contains reports whether v is in the set.
func (s *Set[E]) Contains(v E) bool {
	_, ok := s.m[v]
	return ok
}

// Len returns the number of values.
func (s *Set[E]) Len() int { return len(s.m) }

// All yields the values in no order. The loop may delete.
func (s *Set[E]) All() iter.Seq[E] { return maps.Keys(s.m) }

// Intersect returns a set of the values that are in both.
func (s *Set[E]) Intersect(other *Set[E]) *Set[E] {
	both := SetOf[E]()
	for v := range s.m {
		if other.Contains(v) {
			both.Add(v)
		}
	}
	return both
}
