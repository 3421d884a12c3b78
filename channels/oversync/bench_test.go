package oversync

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A contender does its part of the work.
type contender struct {
	name string
	op   func(i int)
}

// contest has g goroutines share the same number of operations, for each
// contender in turn, and reports the medians as ratios to the first.
func contest(b *testing.B, g int, contenders ...contender) {
	const operations = 1 << 14
	took := make([][]time.Duration, len(contenders))
	for b.Loop() {
		for c, contender := range contenders {
			start := time.Now()
			var wg sync.WaitGroup
			for range g {
				wg.Go(func() {
					for i := range operations / g {
						contender.op(i)
					}
				})
			}
			wg.Wait()
			took[c] = append(took[c], time.Since(start))
		}
	}
	medians := make([]float64, len(contenders))
	for c := range contenders {
		slices.Sort(took[c])
		medians[c] = float64(took[c][len(took[c])/2])
		if c > 0 {
			b.ReportMetric(medians[c]/medians[0], contenders[c].name+"/"+contenders[0].name)
		}
	}
	b.ReportMetric(medians[0]/operations, contenders[0].name+"-ns")
	b.ReportMetric(0, "ns/op") // of all contenders: of no interest
}

func benchmark(b *testing.B, contenders func(context.Context) []contender) {
	for _, g := range []int{1, 2, 8} {
		b.Run(fmt.Sprintf("goroutines=%d", g), func(b *testing.B) {
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			contest(b, g, contenders(ctx)...)
		})
	}
}

func BenchmarkCounter(b *testing.B) {
	benchmark(b, func(ctx context.Context) []contender {
		var byMutex MutexCounter
		var byAtomic atomic.Int64
		byOwner := OwnCounter(ctx)
		return []contender{
			{"mutex", func(int) { byMutex.Add(1) }},
			{"atomic", func(int) { byAtomic.Add(1) }},
			{"owner", func(int) { _ = byOwner.Add(1) }},
		}
	})
}

// A cache of 64 keys. One operation in so many is a Set, the others are a Get.
func BenchmarkCache(b *testing.B) {
	for _, rare := range []int{100, 1000} {
		b.Run(fmt.Sprintf("set=1in%d", rare), func(b *testing.B) {
			benchmark(b, func(ctx context.Context) []contender {
				var byMutex MutexCache[int, int]
				var byAtomic AtomicCache[int, int]
				byOwner := OwnCache[int, int](ctx)
				return []contender{
					{"mutex", mixed(rare, func(k int) { byMutex.Get(k) }, func(k int) { byMutex.Set(k, k) })},
					{"atomic", mixed(rare, func(k int) { byAtomic.Get(k) }, func(k int) { byAtomic.Set(k, k) })},
					{"owner", mixed(rare, func(k int) { _, _, _ = byOwner.Get(k) }, func(k int) { _ = byOwner.Set(k, k) })},
				}
			})
		})
	}
}

// mixed fills a cache and returns an operation on it.
func mixed(rare int, get, set func(k int)) func(i int) {
	const keys = 64
	for k := range keys {
		set(k)
	}
	return func(i int) {
		if i%rare == 0 {
			set(i % keys)
		} else {
			get(i % keys)
		}
	}
}
