package cache

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"example.com/goguide/syncx/internal/contest"
)

// keys that are asked for again and again; a miss asks for a new one.
const keys = 1 << 10

// batch is how many operations the contest takes for one: with one at a time
// a turn is over before the other goroutines have a core.
const batch = 8

func BenchmarkCache(b *testing.B) {
	for _, misses := range []int{0, 1, 10} {
		b.Run(fmt.Sprintf("hits=%d%%", 100-misses), func(b *testing.B) {
			contest.Run(b, func() []contest.Way {
				return []contest.Way{
					{Name: "mutex", Do: mixed(b, misses, new(Mutex[int, int]))},
					{Name: "rwmutex", Do: mixed(b, misses, new(RWMutex[int, int]))},
					{Name: "syncmap", Do: mixed(b, misses, new(SyncMap[int, int]))},
					{Name: "flight", Do: mixed(b, misses, new(Flight[int, int]))},
				}
			})
		})
	}
}

// mixed fills a cache, and returns a batch of calls, of which so many in a
// hundred ask for a key that is not there. What they load costs nothing.
func mixed(b *testing.B, misses int, c Cache[int, int]) func(i int) {
	ctx := b.Context()
	load := func(context.Context) (int, error) { return 7, nil }
	for key := range keys {
		_, _ = c.GetOrLoad(ctx, key, load)
	}
	var fresh atomic.Int64
	fresh.Store(keys)
	return func(i int) {
		for j := i * batch; j < (i+1)*batch; j++ {
			key := j * 0x9e3779b1 % keys // in no order
			if j%100 < misses {
				key = int(fresh.Add(1))
			}
			_, _ = c.GetOrLoad(ctx, key, load)
		}
	}
}
