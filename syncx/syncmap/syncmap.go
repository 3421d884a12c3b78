// Package syncmap gives sync.Map types, adds the two steps that its methods
// lack, shows six ways to misuse it, and measures where it wins. It belongs to
// part 6.1 of the guide.
//
// Each method of a sync.Map is atomic. Two calls of them are not one step:
// between a Load and the Store that follows, another goroutine stores, and what
// it has stored is overwritten. No access races, so nothing reports it:
//
//	request 1                         request 2
//	Load("/")         // 100
//	                                  Load("/")         // 100
//	                                  Store("/", 100+7)
//	Store("/", 100+5) // 105, and the 7 are gone
//
// # What to write
//
// A map and a mutex, if the figures below do not say otherwise: one lock can
// cover two maps, a map and its size, a check and the write that it allows. For
// a sync.Map:
//
//   - Types: [Map]. It also keeps a nil error apart from no error at all.
//   - A value made of the old one: [Update], by [CompareAndSwap].
//   - A value that is costly to make: [Cache], which makes it once a key.
//   - Taking all that is there: [Map.Drain]. Range and Clear are two steps.
//   - A value behind a pointer needs a lock or an atomic of its own.
//
// # What Range promises
//
// It visits no key twice. It locks nothing: its body may call any method, and
// others go on. So it is no snapshot: what is stored or deleted meanwhile may
// be seen or not, and the values that it has seen need not have been in the
// map at the same time. By its doc it may take time for all keys even if its
// body stops it at the first.
//
// # When it is faster
//
// The doc of sync.Map names two patterns: a key is written once and read often,
// or goroutines write disjoint keys. Here are 1024 keys that are all there, and
// a share of Load among the Stores, the least and the most of five runs:
//
//	go test -run='^$' -bench=. -count=5 ./syncmap
//
//	time, mutex and map = 1   1 goroutine   2 goroutines   8 goroutines
//	RWMutex, 50 % Load        1.0 to 2.4    0.8 to 1.1     0.5 to 1.0
//	RWMutex, 90 %             0.8 to 1.1    0.6 to 1.1     0.8 to 1.4
//	RWMutex, 99 %             0.9 to 1.1    0.5 to 1.2     0.6 to 1.0
//	RWMutex, 100 %            0.6 to 1.1    0.8 to 1.4     0.7 to 1.1
//	sync.Map, 50 % Load       3.6 to 17     3.0 to 5.6     2.6 to 5.1
//	sync.Map, 90 %            1.8 to 3.7    1.4 to 2.3     1.8 to 2.8
//	sync.Map, 99 %            1.4 to 1.6    1.4 to 2.0     1.2 to 2.6
//	sync.Map, 100 %           1.3 to 1.7    1.4 to 1.9     0.9 to 1.5
//
// So there is no crossover here. That was Go 1.26 on two cores with a load
// average of 18 to 20. Goroutines seldom ran at the same moment, so the figures
// show what an operation costs, and hardly what waiting costs. In itself a
// sync.Map (a hash trie since Go 1.24) costs more than a lock and a map, and
// most of all a Store. What it can save is waiting: measure on as many cores as
// you will have.
//
// # What finds it
//
// The race detector sees a write to what a pointer in the map refers to
// ([Sessions.Touch]) and an assignment over the map ([Sessions.Reset]). A
// comparison of what has no == ends the process ([Roles.Grant]), and
// [CompareAndSwap] lets the compiler refuse it. go vet sees a sync.Map that is
// copied (testdata/refused). No tool reports the other three: that takes a test
// that acts between two steps, or counts what was made.
package syncmap

import (
	"iter"
	"sync"
)

// A Map is a [sync.Map] whose keys are K and whose values are V. The zero value
// is empty. It must not be copied. All methods may be called concurrently.
//
// Keys and values become interfaces inside, so a Store allocates. If K is an
// interface, a key that cannot be compared panics, as in any map.
type Map[K comparable, V any] struct{ m sync.Map }

// Load returns the value of key, if there is one.
func (m *Map[K, V]) Load(key K) (value V, ok bool) {
	v, ok := m.m.Load(key)
	value, _ = v.(V) // of an interface V, v may be nil: v.(V) alone panics
	return value, ok
}

// Store keeps value under key. What it replaces is lost: see [Update].
func (m *Map[K, V]) Store(key K, value V) { m.m.Store(key, value) }

// LoadOrStore returns the value of key and true. If there is none, it stores
// value, and returns it and false. The value is made in either case: if that
// costs, use [Cache].
func (m *Map[K, V]) LoadOrStore(key K, value V) (actual V, loaded bool) {
	v, loaded := m.m.LoadOrStore(key, value)
	actual, _ = v.(V)
	return actual, loaded
}

// LoadAndDelete deletes key and returns what it held, if there was something.
// Of several callers, one gets it.
func (m *Map[K, V]) LoadAndDelete(key K) (value V, loaded bool) {
	v, loaded := m.m.LoadAndDelete(key)
	value, _ = v.(V)
	return value, loaded
}

// Delete deletes key, if it is there.
func (m *Map[K, V]) Delete(key K) { m.m.Delete(key) }

// Clear deletes all keys at once, seen or not: see [Map.Drain].
func (m *Map[K, V]) Clear() { m.m.Clear() }

// All yields keys and values in no order. It is no snapshot, and its loop may
// call any method: see the doc of the package.
func (m *Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		m.m.Range(func(k, v any) bool {
			key, _ := k.(K)
			value, _ := v.(V)
			return yield(key, value)
		})
	}
}

// Drain takes out what the map holds. A value that is stored meanwhile is
// returned or stays, and is never lost. Each key is taken at a moment of its
// own.
func (m *Map[K, V]) Drain() map[K]V {
	drained := make(map[K]V)
	for key := range m.All() {
		if value, ok := m.LoadAndDelete(key); ok {
			drained[key] = value
		}
	}
	return drained
}

// CompareAndSwap stores next under key if key holds old, and says whether it
// did. The compiler refuses a V without ==, such as a slice, for which
// [sync.Map.CompareAndSwap] panics. If V is an interface, it may still panic.
func CompareAndSwap[K, V comparable](m *Map[K, V], key K, old, next V) bool {
	return m.m.CompareAndSwap(key, old, next)
}

// Update replaces the value of key by what change makes of it, from the zero
// value if there is none, and returns the new one. No other write comes
// between. change must only compute: it is called again whenever another write
// was faster. A value that is not equal to itself (NaN) is never replaced, and
// Update does not return.
func Update[K, V comparable](m *Map[K, V], key K, change func(V) V) V {
	for {
		old, ok := m.Load(key)
		next := change(old)
		if ok && CompareAndSwap(m, key, old, next) {
			return next
		}
		if !ok {
			if _, taken := m.LoadOrStore(key, next); !taken {
				return next
			}
		}
	}
}

// A Cache makes the value of a key once and keeps it for good. The zero value
// is empty. It must not be copied. It may be used concurrently.
type Cache[K comparable, V any] struct{ values Map[K, func() V] }

// Get returns the value of key. The first call for a key makes it; others for
// that key wait, and those for other keys do not. If open panics, so does every
// later Get of the key, with the same value.
func (c *Cache[K, V]) Get(key K, open func(K) V) V {
	value, ok := c.values.Load(key)
	if !ok {
		value, _ = c.values.LoadOrStore(key, sync.OnceValue(func() V {
			return open(key)
		}))
	}
	return value()
}
