package collections

import (
	"iter"
	"sync"
)

// Distinct counts the different values of a column of a JSON document. any is
// comparable, and so compiles. Compare [Set].
func Distinct(column []any) int {
	var seen Set[any]
	for _, value := range column {
		// BUG(panic): Distinct panics at a value that is itself a list or an
		// object: as []any or map[string]any it has no hash.
		seen.Add(value)
	}
	return seen.Len()
}

// A PageCache keeps the pages that were read last. Compare [LRU].
type PageCache struct {
	mu    sync.RWMutex
	pages *LRU[string, string]
}

// NewPageCache returns a cache for n pages.
func NewPageCache(n int) *PageCache {
	return &PageCache{pages: NewLRU[string, string](n)}
}

// Get returns a page, and whether it is there.
func (c *PageCache) Get(url string) (string, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	// BUG(race): PageCache.Get holds the lock for reading while the LRU moves
	// the page: two readers at once break its list.
	return c.pages.Get(url)
}

// Put adds a page.
func (c *PageCache) Put(url, page string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages.Put(url, page)
}

// Sessions tell the user of each token. Compare [ConcurrentMap].
type Sessions struct {
	mu    sync.Mutex
	users map[string]string
}

// NewSessions returns the sessions of the users, by token.
func NewSessions(users map[string]string) *Sessions {
	return &Sessions{users: users}
}

// Delete ends a session.
func (s *Sessions) Delete(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, token)
}

// All yields the sessions. Compare [ConcurrentMap.All].
func (s *Sessions) All() iter.Seq2[string, string] {
	return func(yield func(token, user string) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for token, user := range s.users {
			// BUG(deadlock, hang, leakprofile): Sessions.All holds its lock
			// while the loop's body runs: a Delete there waits for ever.
			if !yield(token, user) {
				return
			}
		}
	}
}
