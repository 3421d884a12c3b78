package scheduler

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// ArrivalOrder asks for all prices at once. The caller takes prices[i] for
// the price of items[i]. Compare [Gather].
func ArrivalOrder(items []string, price func(string) int) []int {
	var (
		mu     sync.Mutex
		prices []int
		wg     sync.WaitGroup
	)
	for _, item := range items {
		wg.Go(func() {
			p := price(item)
			mu.Lock()
			defer mu.Unlock()
			// BUG(test): ArrivalOrder's prices stand in the order in which
			// the goroutines got here, not in the order of the items.
			prices = append(prices, p)
		})
	}
	wg.Wait()
	return prices
}

// SpinningCache is loaded once, in the background. Compare [Cache].
type SpinningCache struct {
	loaded  atomic.Bool
	entries map[string]string
}

// NewSpinningCache starts to load.
func NewSpinningCache(load func() (map[string]string, error)) *SpinningCache {
	c := new(SpinningCache)
	go func() {
		entries, err := load()
		if err != nil {
			return
		}
		c.entries = entries
		c.loaded.Store(true)
	}()
	return c
}

// Get waits for the load.
func (c *SpinningCache) Get(key string) string {
	// BUG(hang): SpinningCache.Get burns a P until the load is over, and for
	// ever if the load fails.
	for !c.loaded.Load() {
	}
	return c.entries[key]
}

// OnLoad calls use once the load is over. Gosched lets others run first; it
// does not make the loop wait.
func (c *SpinningCache) OnLoad(use func(map[string]string)) {
	go func() {
		// BUG(goleak): SpinningCache.OnLoad leaves a goroutine that burns a P
		// for ever if the load fails.
		for !c.loaded.Load() {
			runtime.Gosched()
		}
		use(c.entries)
	}()
}
