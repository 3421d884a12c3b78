// Package recent keeps what was used last.
//
// # What people see
//
// The shop caches products in a map. When the map is full, it is emptied, and
// for ten minutes all pages are slow. There are three copies of it, for
// products, prices and pictures. The one for prices has a loop that removes
// what has expired: it left out every other entry, and since somebody mended it
// with a list, it ends at the first one that it removes.
//
// # Your task
//
// Write the methods of Cache, as their comments say, and what it needs for
// them. The test is the specification.
package recent

import "iter"

// A Cache keeps a limited number of entries: those that were used last. It is
// for one goroutine at a time.
type Cache[K comparable, V any] struct {
	limit int
}

// NewCache returns an empty cache of at most limit entries, which is 1 or more.
func NewCache[K comparable, V any](limit int) *Cache[K, V] {
	return &Cache[K, V]{limit: limit}
}

// Len returns how many entries there are.
func (c *Cache[K, V]) Len() int {
	panic("Len is yours to write")
}

// Get returns the value of a key, and whether there is one. That is a use of
// the entry.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	panic("Get is yours to write")
}

// Put sets the value of a key, which is a use as well. If there are too many
// entries then, the one goes whose last use is the longest ago.
func (c *Cache[K, V]) Put(key K, value V) {
	panic("Put is yours to write")
}

// Remove takes an entry out, if there is one.
func (c *Cache[K, V]) Remove(key K) {
	panic("Remove is yours to write")
}

// All returns the entries, the one used last first. To be seen in the loop is
// no use. The loop's body may call all methods: the loop goes on over those
// entries that were there when it began, in that order, without those that are
// gone by then, and with the value that each one has by then.
func (c *Cache[K, V]) All() iter.Seq2[K, V] {
	panic("All is yours to write")
}
