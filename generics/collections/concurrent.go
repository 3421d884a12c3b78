package collections

import (
	"iter"
	"maps"
	"sync"
)

// A ConcurrentMap is a map that several goroutines may use at once. The zero
// value is empty. It must not be copied. sync.Map may be faster for keys
// that are written once and read often, on many cores; syncx/syncmap measures
// it. It has no type and no Update.
type ConcurrentMap[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

// Get returns the value of a key, and whether there is one.
func (c *ConcurrentMap[K, V]) Get(key K) (value V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	value, ok = c.m[key]
	return value, ok
}

// Set sets the value of a key.
func (c *ConcurrentMap[K, V]) Set(key K, value V) {
	c.Update(key, func(V, bool) V { return value })
}

// Update sets the value of a key to what f makes of the old one, or of the zero
// value and false if there is none. No other call comes in between. f runs
// under the lock: it must be short, and must not use the map.
func (c *ConcurrentMap[K, V]) Update(key K, f func(old V, ok bool) V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, ok := c.m[key]
	value := f(old, ok) // before the map is made: f may panic
	if c.m == nil {
		c.m = map[K]V{}
	}
	c.m[key] = value
}

// Delete deletes a key.
func (c *ConcurrentMap[K, V]) Delete(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
}

// Len returns the number of keys.
func (c *ConcurrentMap[K, V]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.m)
}

// All yields the keys and values that the map had when the range began, in no
// order. It copies them, and holds no lock while the loop runs: the loop may
// use the map, and sees none of what it or others change meanwhile.
func (c *ConcurrentMap[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c.mu.RLock()
		snapshot := maps.Clone(c.m)
		c.mu.RUnlock()
		maps.All(snapshot)(yield)
	}
}
