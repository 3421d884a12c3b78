package races

import "sync"

// Hits counts the requests of each path. The zero value has counted nothing. It
// must not be copied.
type Hits struct {
	mu    sync.Mutex
	paths map[string]int
}

// Add counts a request.
func (h *Hits) Add(path string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paths == nil {
		h.paths = map[string]int{}
	}
	h.paths[path]++
}

// Of returns how many requests a path had.
func (h *Hits) Of(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.paths[path]
}

// A Stock is what is left of an article. The zero value is sold out.
type Stock struct {
	mu   sync.Mutex
	left int
}

// Put adds n articles.
func (s *Stock) Put(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left += n
}

// Take takes one article, if there is one, for as long as pay needs, and puts
// it back if pay fails. No lock is held while pay runs.
func (s *Stock) Take(pay func() error) (taken bool) {
	if !s.reserve() {
		return false
	}
	if pay() != nil {
		s.Put(1)
		return false
	}
	return true
}

func (s *Stock) reserve() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return false
	}
	s.left--
	return true
}
