package oversync

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
)

// MutexCache is a map under a lock. The zero value is ready.
type MutexCache[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]V
}

// Get returns the value of k, if there is one.
func (c *MutexCache[K, V]) Get(k K) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok = c.m[k]
	return v, ok
}

// Set keeps v under k.
func (c *MutexCache[K, V]) Set(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = make(map[K]V)
	}
	c.m[k] = v
}

// AtomicCache is a map that is never changed but replaced by a changed copy.
// Get never waits; Set costs a copy of the whole map. The zero value is ready.
type AtomicCache[K comparable, V any] struct {
	m  atomic.Pointer[map[K]V]
	mu sync.Mutex // held by Set, or of two copies one would be lost
}

// Get returns the value of k, if there is one.
func (c *AtomicCache[K, V]) Get(k K) (v V, ok bool) {
	if m := c.m.Load(); m != nil {
		v, ok = (*m)[k]
	}
	return v, ok
}

// Set keeps v under k.
func (c *AtomicCache[K, V]) Set(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := map[K]V{}
	if m := c.m.Load(); m != nil {
		next = maps.Clone(*m)
	}
	next[k] = v
	c.m.Store(&next)
}

// OwnedCache is a map that one goroutine owns.
type OwnedCache[K comparable, V any] struct {
	get  chan question[K, V]
	set  chan entry[K, V]
	done chan struct{}
}

type question[K comparable, V any] struct {
	key    K
	answer chan<- answer[V]
}

type answer[V any] struct {
	value V
	ok    bool
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

// OwnCache starts the owner, which ends with ctx.
func OwnCache[K comparable, V any](ctx context.Context) *OwnedCache[K, V] {
	c := &OwnedCache[K, V]{
		get:  make(chan question[K, V]),
		set:  make(chan entry[K, V]),
		done: make(chan struct{}),
	}
	go func() {
		defer close(c.done)
		m := make(map[K]V)
		for {
			select {
			case q := <-c.get:
				v, ok := m[q.key]
				q.answer <- answer[V]{v, ok}
			case e := <-c.set:
				m[e.key] = e.value
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// Get returns the value of k, if there is one, or [ErrStopped].
func (c *OwnedCache[K, V]) Get(k K) (v V, ok bool, err error) {
	reply := make(chan answer[V], 1) // the owner waits for nobody
	select {
	case c.get <- question[K, V]{k, reply}:
		a := <-reply // whoever takes a question answers it
		return a.value, a.ok, nil
	case <-c.done:
		return v, false, ErrStopped
	}
}

// Set keeps v under k, or returns [ErrStopped].
func (c *OwnedCache[K, V]) Set(k K, v V) error {
	select {
	case c.set <- entry[K, V]{k, v}:
		return nil
	case <-c.done:
		return ErrStopped
	}
}
