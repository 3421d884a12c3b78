// The slice is made when All is called, and not when a loop begins: it is old
// by then.
//
// FAILS: There are 3 entries
package recent

import (
	"container/list"
	"iter"
)

// A Cache keeps a limited number of entries: those that were used last. It is
// for one goroutine at a time.
type Cache[K comparable, V any] struct {
	limit    int
	order    *list.List // of *entry[K, V]; the front was used last
	elements map[K]*list.Element
}

// NewCache returns an empty cache of at most limit entries, which is 1 or more.
func NewCache[K comparable, V any](limit int) *Cache[K, V] {
	return &Cache[K, V]{limit: limit, order: list.New(), elements: map[K]*list.Element{}}
}

// Len returns how many entries there are.
func (c *Cache[K, V]) Len() int {
	return c.order.Len()
}

// Get returns the value of a key, and whether there is one. That is a use of
// the entry.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	element, ok := c.elements[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(element)
	return element.Value.(*entry[K, V]).value, true
}

// Put sets the value of a key, which is a use as well. If there are too many
// entries then, the one goes whose last use is the longest ago.
func (c *Cache[K, V]) Put(key K, value V) {
	if element, ok := c.elements[key]; ok {
		element.Value.(*entry[K, V]).value = value
		c.order.MoveToFront(element)
		return
	}
	c.elements[key] = c.order.PushFront(&entry[K, V]{key: key, value: value})
	if c.order.Len() > c.limit {
		c.Remove(c.order.Back().Value.(*entry[K, V]).key)
	}
}

// Remove takes an entry out, if there is one.
func (c *Cache[K, V]) Remove(key K) {
	if element, ok := c.elements[key]; ok {
		c.order.Remove(element).(*entry[K, V]).removed = true
		delete(c.elements, key)
	}
}

// All returns the entries, the one used last first. To be seen in the loop is
// no use. The loop's body may call all methods: the loop goes on over those
// entries that were there when it began, in that order, without those that are
// gone by then, and with the value that each one has by then.
func (c *Cache[K, V]) All() iter.Seq2[K, V] {
	entries := c.entries()
	return func(yield func(K, V) bool) {
		for _, e := range entries {
			if !e.removed && !yield(e.key, e.value) {
				return
			}
		}
	}
}

type entry[K comparable, V any] struct {
	key     K
	value   V
	removed bool
}

// entries returns the entries as they are now.
func (c *Cache[K, V]) entries() []*entry[K, V] {
	all := make([]*entry[K, V], 0, c.order.Len())
	for e := c.order.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*entry[K, V]))
	}
	return all
}
