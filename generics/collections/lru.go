package collections

import (
	"iter"
	"slices"
)

// An LRU holds a limited number of entries and, when a new one comes, drops the
// one that was used longest ago. Make one with [NewLRU]; the zero value holds
// nothing. It is not for concurrent use: Get writes too.
type LRU[K comparable, V any] struct {
	entries OrderedMap[K, V] // the oldest is the next to go
	room    int
}

// NewLRU returns a cache with room for n entries, none if n is below 1.
func NewLRU[K comparable, V any](n int) *LRU[K, V] {
	return &LRU[K, V]{room: n}
}

// Get returns the value of a key, and whether it is there, and makes the key
// the one used last.
func (c *LRU[K, V]) Get(key K) (value V, ok bool) {
	n, ok := c.entries.nodes[key]
	if !ok {
		return value, false
	}
	c.touch(n)
	return n.value, true
}

// Put sets the value of a key, and makes the key the one used last. Once the
// cache is full, a new entry takes the place of the one that goes, and nothing
// is allocated.
func (c *LRU[K, V]) Put(key K, value V) {
	n, ok := c.entries.nodes[key]
	switch {
	case ok:
	case c.room < 1:
		return
	case c.entries.Len() < c.room:
		c.entries.Set(key, value)
		return
	default:
		n = c.entries.root.next
		delete(c.entries.nodes, n.key)
		c.entries.nodes[key] = n
		n.key = key
	}
	n.value = value
	c.touch(n)
}

// Delete deletes a key and says whether it was there.
func (c *LRU[K, V]) Delete(key K) bool { return c.entries.Delete(key) }

// Len returns the number of entries.
func (c *LRU[K, V]) Len() int { return c.entries.Len() }

// All yields the entries, the one used longest ago first, and does not count as
// a use. It goes by a copy of the keys: the loop may use and change the cache,
// and what it adds does not come.
func (c *LRU[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range slices.Collect(c.entries.Keys()) {
			n, ok := c.entries.nodes[key]
			if ok && !yield(key, n.value) {
				return
			}
		}
	}
}

// touch makes n the entry used last.
func (c *LRU[K, V]) touch(n *node[K, V]) {
	c.entries.unlink(n)
	c.entries.link(n)
}
