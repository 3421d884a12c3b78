// Package cache keeps what is costly to load, in four ways that hold to one
// contract, measures them side by side, and shows three ways to get a cache
// wrong. It belongs to part 6 of the guide.
//
// Looking, loading and keeping are three steps. A lock around all three stops
// every caller while one of them loads. A lock around each alone lets all who
// look before the first has kept its value load too; when a popular key
// expires, that is everybody, and the database gets all requests at once, just
// when it is slow:
//
//	request 1             request 2             request 3
//	look: not there
//	load                  look: not there
//	…                     load                  look: not there
//	…                     …                     load
//	keep                  keep                  keep
//
// # What to write
//
// A lock around the look and around the keep, and none around the load:
//
//   - [Mutex], where load only computes, or few ask for the same. N callers
//     who ask for one key at once load it up to N times.
//   - [Flight], where load asks somebody else: N callers load once, and each
//     leaves when its own ctx ends. The load belongs to nobody then, see
//     package singleflight.
//   - [RWMutex] and [SyncMap] are Mutex with another lock. Measure first.
//
// None forgets: keys are to be few, and values valid for good. A limit or an
// expiry goes where a value is kept, and what deletes a key must also keep out
// the value that is being loaded meanwhile, which is old already.
//
// # What it costs
//
// By share of hits and number of goroutines, for a load that costs nothing:
//
//	go test -run='^$' -bench=. -benchtime=20x -count=3 ./cache
//
//	time, Mutex = 1      1 goroutine   2 goroutines   8 goroutines
//	100 % hits, RWMutex  1.0 to 1.1    0.8 to 1.3     0.8 to 2.5
//	            SyncMap  0.8 to 1.3    0.9 to 1.3     1.3 to 3.1
//	            Flight   1.0 to 1.1    0.9 to 1.0     1.0 to 2.3
//	99 % hits,  RWMutex  1.0 to 1.2    0.6 to 1.2     0.3 to 2.9
//	            SyncMap  1.5           1.3 to 3.4     0.5 to 1.3
//	            Flight   2.7 to 2.8    1.0 to 4.3     1.2 to 3.0
//	90 % hits,  RWMutex  1.0 to 1.6    0.4 to 1.0     1.0 to 1.2
//	            SyncMap  2.0 to 4.7    2.0 to 2.5     1.8 to 2.7
//	            Flight   5.3 to 11     4.7 to 5.8     3.2 to 6.8
//
// That was Go 1.26 on two cores with much else to do. A hit of Flight is one
// of Mutex, so the spread of its first row is that of the machine: it does not
// tell the locks apart. A miss costs SyncMap its allocations and Flight a
// goroutine, which is little beside any load worth sharing.
//
// # What finds it
//
// A load under the lock hangs as soon as that load needs the cache, and is seen
// as any lock that never comes. While it is only slow, no detector reports it,
// and in a synctest bubble the clock stands still, for who waits for a mutex is
// not durably blocked. A test in which one key waits for another makes it hang.
// That one key is loaded many times, or that an error is kept, is correct Go:
// only a test says that it was not meant.
package cache

import (
	"context"
	"sync"

	"example.com/goguide/syncx/singleflight"
)

// A Cache keeps the value of each key, once it has been loaded.
type Cache[K comparable, V any] interface {
	// GetOrLoad returns the value of key, and calls load if there is none.
	// All callers get the same value, in the sense of ==. If load fails, its
	// error is returned and not kept. What one caller's ctx does, no other
	// caller feels. It may be called concurrently, and by load for another
	// key.
	GetOrLoad(
		ctx context.Context,
		key K,
		load func(context.Context) (V, error),
	) (V, error)
}

// Mutex is a [Cache] that loads on the goroutine of the caller, with its ctx:
// a load that does not heed it cannot be left. If several load the same key,
// the first value is kept. The zero value is empty. It must not be copied.
type Mutex[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]V
}

// GetOrLoad is that of [Cache].
func (c *Mutex[K, V]) GetOrLoad(
	ctx context.Context,
	key K,
	load func(context.Context) (V, error),
) (V, error) {
	if value, ok := c.get(key); ok {
		return value, nil
	}
	value, err := load(ctx)
	if err != nil {
		var none V
		return none, err
	}
	return c.keep(key, value), nil
}

func (c *Mutex[K, V]) get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok = c.values[key]
	return value, ok
}

// keep keeps the value, unless another one was faster, and returns what is
// kept.
func (c *Mutex[K, V]) keep(key K, value V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if earlier, ok := c.values[key]; ok {
		return earlier
	}
	if c.values == nil {
		c.values = make(map[K]V)
	}
	c.values[key] = value
	return value
}

// RWMutex is a [Mutex] whose callers look at the same time.
type RWMutex[K comparable, V any] struct {
	mu     sync.RWMutex
	values map[K]V
}

// GetOrLoad is that of [Cache].
func (c *RWMutex[K, V]) GetOrLoad(
	ctx context.Context,
	key K,
	load func(context.Context) (V, error),
) (V, error) {
	if value, ok := c.get(key); ok {
		return value, nil
	}
	value, err := load(ctx)
	if err != nil {
		var none V
		return none, err
	}
	return c.keep(key, value), nil
}

func (c *RWMutex[K, V]) get(key K) (value V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	value, ok = c.values[key]
	return value, ok
}

func (c *RWMutex[K, V]) keep(key K, value V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if earlier, ok := c.values[key]; ok { // kept since get has looked
		return earlier
	}
	if c.values == nil {
		c.values = make(map[K]V)
	}
	c.values[key] = value
	return value
}

// SyncMap is a [Mutex] without a lock of its own. It allocates for each value.
type SyncMap[K comparable, V any] struct {
	values sync.Map // of K to V
}

// GetOrLoad is that of [Cache].
func (c *SyncMap[K, V]) GetOrLoad(
	ctx context.Context,
	key K,
	load func(context.Context) (V, error),
) (V, error) {
	if value, ok := c.values.Load(key); ok {
		kept, _ := value.(V)
		return kept, nil
	}
	value, err := load(ctx)
	if err != nil {
		var none V
		return none, err
	}
	first, _ := c.values.LoadOrStore(key, value)
	kept, _ := first.(V)
	return kept, nil
}

// Flight is a [Cache] that loads a key once, however many ask for it at once.
// Its load runs on a goroutine of its own until the last of them has left, and
// must not panic for one of them only: all get its panic. The zero value is
// empty. It must not be copied.
type Flight[K comparable, V any] struct {
	kept    Mutex[K, V]
	loading singleflight.Group[K, V]
}

// GetOrLoad is that of [Cache].
func (c *Flight[K, V]) GetOrLoad(
	ctx context.Context,
	key K,
	load func(context.Context) (V, error),
) (V, error) {
	if value, ok := c.kept.get(key); ok {
		return value, nil
	}
	return c.loading.Do(ctx, key, func(ctx context.Context) (V, error) {
		return c.kept.GetOrLoad(ctx, key, load) // looks again
	})
}
