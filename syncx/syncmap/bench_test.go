package syncmap

import (
	"fmt"
	"math/bits"
	"strconv"
	"sync"
	"testing"

	"example.com/goguide/syncx/internal/contest"
)

// lockedMap is what a Map is compared with.
type lockedMap struct {
	mu sync.Mutex
	m  map[string]int
}

func (l *lockedMap) load(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m[key]
}

func (l *lockedMap) store(key string, value int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[key] = value
}

type rwLockedMap struct {
	mu sync.RWMutex
	m  map[string]int
}

func (l *rwLockedMap) load(key string) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.m[key]
}

func (l *rwLockedMap) store(key string, value int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[key] = value
}

// names are the keys.
var names = func() []string {
	names := make([]string, 1<<10)
	for i := range names {
		names[i] = "user-" + strconv.Itoa(i)
	}
	return names
}()

// BenchmarkMap loads and stores 1024 keys that are all there, in an order that
// looks random.
func BenchmarkMap(b *testing.B) {
	for _, reads := range []int{50, 90, 99, 100} {
		b.Run(fmt.Sprintf("reads=%d%%", reads), func(b *testing.B) {
			contest.Run(b, func() []contest.Way {
				locked := lockedMap{m: map[string]int{}}
				rwLocked := rwLockedMap{m: map[string]int{}}
				var m Map[string, int]
				return []contest.Way{
					{Name: "mutex", Do: mixed(reads, locked.load, locked.store)},
					{Name: "rwmutex", Do: mixed(reads, rwLocked.load, rwLocked.store)},
					{Name: "syncmap", Do: mixed(reads, func(key string) int {
						v, _ := m.Load(key)
						return v
					}, m.Store)},
				}
			})
		})
	}
}

// batch is how many operations the contest takes for one. With one at a time
// a turn is over before the other goroutines have a core. So mutex-ns is that of
// a batch.
const batch = 8

// mixed stores all names once, and returns a batch of operations that read
// in so many of a hundred cases, and store in the others.
func mixed(reads int, load func(string) int, store func(string, int)) func(i int) {
	for i, name := range names {
		store(name, i)
	}
	return func(i int) {
		for j := range batch {
			hash := bits.Reverse64(uint64(i*batch+j+1) * 0x9e3779b97f4a7c15)
			name := names[hash%uint64(len(names))]
			if int(hash>>32%100) < reads {
				load(name)
			} else {
				store(name, i)
			}
		}
	}
}
