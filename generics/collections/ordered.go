package collections

import "iter"

// An OrderedMap remembers the order in which its keys were first set. Every
// call takes constant time. The zero value is empty. It must not be copied
// after its first use, and is not for concurrent use.
type OrderedMap[K comparable, V any] struct {
	nodes map[K]*node[K, V]
	root  node[K, V] // of a ring: next is the oldest, prev the newest
}

// A node that is not linked keeps its prev, for a range that stands on it.
type node[K comparable, V any] struct {
	key        K
	value      V
	prev, next *node[K, V]
	linked     bool
}

// Set sets the value of a key. A new key is the newest; one that is there keeps
// its place.
func (m *OrderedMap[K, V]) Set(key K, value V) {
	if n, ok := m.nodes[key]; ok {
		n.value = value
		return
	}
	if m.nodes == nil {
		m.nodes = map[K]*node[K, V]{}
		m.root.prev, m.root.next, m.root.linked = &m.root, &m.root, true
	}
	n := &node[K, V]{key: key, value: value}
	m.nodes[key] = n
	m.link(n)
}

// Get returns the value of a key, and whether there is one.
func (m *OrderedMap[K, V]) Get(key K) (value V, ok bool) {
	if n, ok := m.nodes[key]; ok {
		return n.value, true
	}
	return value, false
}

// Delete deletes a key and says whether it was there.
func (m *OrderedMap[K, V]) Delete(key K) bool {
	n, ok := m.nodes[key]
	if ok {
		delete(m.nodes, key)
		m.unlink(n)
	}
	return ok
}

// Len returns the number of keys.
func (m *OrderedMap[K, V]) Len() int { return len(m.nodes) }

// All yields keys and values, the oldest first. The loop may set and delete: a
// key that is deleted does not come, and one that is added does.
func (m *OrderedMap[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if m.nodes == nil {
			return
		}
		for n := m.root.next; n != &m.root; n = n.next {
			if !yield(n.key, n.value) {
				return
			}
			for !n.linked {
				n = n.prev // to one that the loop has seen, or to the root
			}
		}
	}
}

// Keys yields the keys, the oldest first, as [OrderedMap.All] does.
func (m *OrderedMap[K, V]) Keys() iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range m.All() {
			if !yield(k) {
				return
			}
		}
	}
}

// link makes n the newest.
func (m *OrderedMap[K, V]) link(n *node[K, V]) {
	n.prev, n.next, n.linked = m.root.prev, &m.root, true
	n.prev.next, m.root.prev = n, n
}

func (m *OrderedMap[K, V]) unlink(n *node[K, V]) {
	n.prev.next, n.next.prev, n.linked = n.next, n.prev, false
}
