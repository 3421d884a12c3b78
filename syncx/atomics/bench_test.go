package atomics

import (
	"fmt"
	"maps"
	"math/bits"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/goguide/syncx/internal/contest"
)

// perMille are the shares of reads.
var perMille = []int{500, 900, 990, 999, 1000}

func benchmark(b *testing.B, ways func(reads int) []contest.Way) {
	for _, reads := range perMille {
		b.Run(fmt.Sprintf("reads=%v%%", float64(reads)/10), func(b *testing.B) {
			contest.Run(b, func() []contest.Way { return ways(reads) })
		})
	}
}

// batch is how many operations the contest takes for one. With one at a time
// a turn is over before the other goroutines have a core. So mutex-ns is that of
// a batch.
const batch = 8

// batched returns a batch of operations.
func batched(op func(i int)) func(i int) {
	return func(i int) {
		for j := range batch {
			op(i*batch + j)
		}
	}
}

// mixed returns a batch of operations that read in so many of a thousand cases,
// and write in the others, in an order that looks random.
func mixed(reads int, read, write func(hash uint64)) func(i int) {
	return batched(func(i int) {
		hash := bits.Reverse64(uint64(i+1) * 0x9e3779b97f4a7c15)
		if int(hash>>32%1000) < reads {
			read(hash)
		} else {
			write(hash)
		}
	})
}

type mutexCounter struct {
	mu sync.Mutex
	n  int64
}

func (c *mutexCounter) add(uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *mutexCounter) load(uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.n
}

type rwMutexCounter struct {
	mu sync.RWMutex
	n  int64
}

func (c *rwMutexCounter) add(uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *rwMutexCounter) load(uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_ = c.n
}

// BenchmarkCounter counts, and reads the count.
func BenchmarkCounter(b *testing.B) {
	benchmark(b, func(reads int) []contest.Way {
		var mutex mutexCounter
		var rwMutex rwMutexCounter
		var n atomic.Int64
		return []contest.Way{
			{Name: "mutex", Do: mixed(reads, mutex.load, mutex.add)},
			{Name: "rwmutex", Do: mixed(reads, rwMutex.load, rwMutex.add)},
			{Name: "atomic", Do: mixed(reads,
				func(uint64) { n.Load() },
				func(uint64) { n.Add(1) })},
		}
	})
}

// hosts are those of the tables below.
var hosts = func() []string {
	hosts := make([]string, 64)
	for i := range hosts {
		hosts[i] = strconv.Itoa(i) + ".example"
	}
	return hosts
}()

func host(hash uint64) string { return hosts[hash%uint64(len(hosts))] }

type mutexRoutes struct {
	mu    sync.Mutex
	table map[string]Backend
}

func (r *mutexRoutes) lookup(hash uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.table[host(hash)]
}

func (r *mutexRoutes) set(hash uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table[host(hash)] = Backend{}
}

type rwMutexRoutes struct {
	mu    sync.RWMutex
	table map[string]Backend
}

func (r *rwMutexRoutes) lookup(hash uint64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_ = r.table[host(hash)]
}

func (r *rwMutexRoutes) set(hash uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table[host(hash)] = Backend{}
}

// BenchmarkRoutes looks up one of 64 hosts, or changes it.
func BenchmarkRoutes(b *testing.B) {
	benchmark(b, func(reads int) []contest.Way {
		table := map[string]Backend{}
		for _, host := range hosts {
			table[host] = Backend{}
		}
		mutex := mutexRoutes{table: maps.Clone(table)}
		rwMutex := rwMutexRoutes{table: maps.Clone(table)}
		var routes Routes
		routes.Update(func(next map[string]Backend) { maps.Copy(next, table) })
		return []contest.Way{
			{Name: "mutex", Do: mixed(reads, mutex.lookup, mutex.set)},
			{Name: "rwmutex", Do: mixed(reads, rwMutex.lookup, rwMutex.set)},
			{Name: "atomic", Do: mixed(reads,
				func(hash uint64) { _, _ = routes.Lookup(host(hash)) },
				func(hash uint64) {
					routes.Update(func(next map[string]Backend) {
						next[host(hash)] = Backend{}
					})
				})},
		}
	})
}

// BenchmarkFields adds to several numbers, each an atomic, or all under a lock.
func BenchmarkFields(b *testing.B) {
	for _, fields := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("fields=%d", fields), func(b *testing.B) {
			contest.Run(b, func() []contest.Way {
				var mu sync.Mutex
				plain := make([]int64, fields)
				atomics := make([]atomic.Int64, fields)
				return []contest.Way{
					{Name: "mutex", Do: batched(func(int) {
						mu.Lock()
						defer mu.Unlock()
						for i := range plain {
							plain[i]++
						}
					})},
					{Name: "atomic", Do: batched(func(int) {
						for i := range atomics {
							atomics[i].Add(1)
						}
					})},
				}
			})
		})
	}
}
