// Package refused holds the copies of a sync.Map that go vet sees. A comment of
// the form "want NAME" names the analyzer that reports its line.
package refused

import "sync"

// Sessions are those of all visitors.
type Sessions struct{ byID sync.Map }

// Len has a value receiver: it counts a copy that nothing guards.
func (s Sessions) Len() int { // want copylocks
	n := 0
	s.byID.Range(func(any, any) bool { n++; return true })
	return n
}

// Reset means to empty the map, and copies an empty one over it while others
// use it.
func (s *Sessions) Reset() {
	var empty sync.Map
	s.byID = empty // want copylocks
}

// Clear is the near-miss.
func (s *Sessions) Clear() {
	s.byID.Clear()
}
