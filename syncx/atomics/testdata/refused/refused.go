// Package refused holds the misuses of sync/atomic that go vet sees. A comment
// of the form "want NAME" names the analyzer that reports its line.
package refused

import "sync/atomic"

// Served counts requests in the form before Go 1.19.
type Served struct{ n int64 }

// Add assigns the result by a plain write, as if it were append: what another
// has added meanwhile is overwritten.
func (s *Served) Add() {
	s.n = atomic.AddInt64(&s.n, 1) // want atomic
}

// AddTyped is the same with a type, and not seen: the type has no assignment
// that would compile, and Store is a call like any other.
func (h *Hits) AddTyped() {
	h.n.Store(h.n.Add(1))
}

// Next is the near-miss: the result goes elsewhere.
func (s *Served) Next() int64 {
	n := atomic.AddInt64(&s.n, 1)
	return n
}

// Hits counts requests of a path.
type Hits struct {
	path string
	n    atomic.Int64
}

// Hit has a value receiver, so it counts in a copy.
func (h Hits) Hit() { // want copylocks
	h.n.Add(1)
}

// Total ranges over copies, which are read by no atomic.
func Total(paths []Hits) (total int64) {
	for _, hits := range paths { // want copylocks
		total += hits.n.Load()
	}
	return total
}

// Snapshot copies a counter to return it.
func (h *Hits) Snapshot() Hits {
	return *h // want copylocks
}

// Sum is the near-miss.
func Sum(paths []Hits) (total int64) {
	for i := range paths {
		total += paths[i].n.Load()
	}
	return total
}
