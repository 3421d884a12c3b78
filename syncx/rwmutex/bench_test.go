package rwmutex

import (
	"fmt"
	"math/bits"
	"sync"
	"testing"

	"example.com/goguide/syncx/internal/contest"
)

// keys is how many a table has.
const keys = 1 << 10

// A table is a map and the same values as a slice.
type table struct {
	values map[int]int
	slice  []int
}

func newTable() *table {
	t := &table{values: map[int]int{}, slice: make([]int, keys)}
	for i := range keys {
		t.values[i] = i
	}
	return t
}

func (t *table) lookup(key int) int { return t.values[key] }

// scan reads all values.
func (t *table) scan(most int) int {
	n := 0
	for _, v := range t.slice {
		if v < most {
			n++
		}
	}
	return n
}

func (t *table) set(key, value int) { t.values[key], t.slice[key] = value, value }

// sections are what is done under the lock by who reads. A contest takes a
// batch of operations for one: with one at a time a turn is over before the
// other goroutines have a core.
var sections = []struct {
	name  string
	batch int
	read  func(t *table, key int) int
}{
	{"lookup", 64, (*table).lookup},
	{"scan", 8, (*table).scan},
}

// BenchmarkRead reads a table, or sets a value in it, in an order that looks
// random. Where nobody writes it also reads without a lock: that is as fast as
// this machine lets goroutines be side by side.
func BenchmarkRead(b *testing.B) {
	for _, section := range sections {
		for _, reads := range []int{50, 90, 99, 100} {
			b.Run(fmt.Sprintf("%s/reads=%d%%", section.name, reads), func(b *testing.B) {
				contest.Run(b, func() []contest.Way {
					t := newTable()
					var mu sync.Mutex
					var rw sync.RWMutex
					ways := []contest.Way{
						way("mutex", section.batch, reads,
							func(key int) {
								mu.Lock()
								defer mu.Unlock()
								section.read(t, key)
							},
							func(key int) {
								mu.Lock()
								defer mu.Unlock()
								t.set(key, key)
							}),
						way("rwmutex", section.batch, reads,
							func(key int) {
								rw.RLock()
								defer rw.RUnlock()
								section.read(t, key)
							},
							func(key int) {
								rw.Lock()
								defer rw.Unlock()
								t.set(key, key)
							}),
					}
					if reads == 100 {
						read := func(key int) { section.read(t, key) }
						ways = append(ways, way("unlocked", section.batch, 100, read, nil))
					}
					return ways
				})
			})
		}
	}
}

// way does a batch of operations at a time, of which so many in a hundred read.
func way(name string, batch, reads int, read, write func(key int)) contest.Way {
	return contest.Way{Name: name, Do: func(i int) {
		for j := range batch {
			hash := bits.Reverse64(uint64(i*batch+j+1) * 0x9e3779b97f4a7c15)
			if int(hash>>32%100) < reads {
				read(int(hash % keys))
			} else {
				write(int(hash % keys))
			}
		}
	}}
}
