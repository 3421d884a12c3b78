// Package rwmutex shows a type that many read and few write, four ways to
// misuse its lock, and measures when it beats a Mutex. It belongs to part 6.1
// of the guide.
//
// A sync.RWMutex lets in any number of readers, or one writer. A writer that
// waits holds back all readers that come after it, or it would wait for ever
// while readers come and go. So a reader that holds the lock must not take it
// again, neither to write nor to read:
//
//	reader                              writer
//	RLock()
//	                                    Lock()   // waits for the reader
//	RLock() // waits for the writer: for ever
//
// For the same reason one slow reader stops all others as soon as one writer
// waits: they are no longer side by side, but one behind another.
//
// # What to write
//
//   - A Mutex, unless the benchmark below says otherwise.
//   - A method that reads only reads: what it must arrange, it arranges in a
//     copy ([Catalog.Cheapest]).
//   - To write what a reader has missed: give the lock up, take the other, and
//     look again ([Catalog.Fetch]).
//   - No call, no output under the lock for reading either ([Catalog.Print]),
//     and under it no method that locks.
//
// # When it is faster
//
// When readers are long and writers are all but absent. One command:
//
//	go test -run='^$' -bench=. -count=5 ./rwmutex
//
//	time, by Mutex = 1      50 % reads   90 %         99 %         100 %
//	lookup, 1 goroutine     1.1 to 1.2   1.0          1.0          1.0
//	lookup, 2 goroutines    1.1 to 1.2   0.9 to 1.1   0.7 to 1.0   0.9 to 1.1
//	lookup, 8 goroutines    0.1 to 1.1   0.2 to 0.9   0.3 to 0.8   0.7 to 0.9
//	scan, 1 goroutine       1.0 to 1.1   1.0          1.0          1.0
//	scan, 2 goroutines      1.0 to 1.1   1.0 to 1.2   1.0 to 1.1   0.5 to 0.8
//	scan, 8 goroutines      1.0 to 1.2   1.0 to 1.1   0.8 to 1.0   0.5 to 0.9
//
// A lookup reads one of 1024 entries of a map, a scan all of a slice. That was
// Go 1.26 on two cores, the command run twice; more cores have other figures. A
// scan by two goroutines without any lock takes 0.4, so 0.5 is most of what can
// be had, and one write in a hundred costs nearly all of it. Lookups by 8
// differ from run to run: no figure there carries over.
//
// # What finds it
//
// The race detector reports a write under RLock ([Scores.Top]), if two readers
// are in the test. An upgrade hangs at once, alone ([Rates.Get]), but only on
// the path that misses. A second RLock hangs only if a writer comes between
// ([Status.Print]): make it come, from a function or an io.Writer that the test
// passes in. Both hangs are seen by the goroutineleak profile (part of Go since
// 1.27), and by the runtime if nothing else runs. A wait for a lock is none to
// synctest. An upgrade that looks only once is locked everywhere, and no tool
// reports it ([Rooms.Join]).
package rwmutex

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// A Catalog keeps the prices of articles. The zero value is empty. It must not
// be copied. All methods may be called concurrently.
type Catalog struct {
	mu     sync.RWMutex
	prices map[string]int
}

// Price returns the price of an article, if it has one. Readers run side by
// side.
func (c *Catalog) Price(article string) (price int, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	price, ok = c.prices[article]
	return price, ok
}

// Set sets a price. It waits for all readers, and those who come meanwhile
// wait for it.
func (c *Catalog) Set(article string, price int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(article, price)
}

// Fetch returns the price of an article. If there is none, it calls fetch, and
// keeps what that returns unless it is an error. fetch runs without the lock.
// Several that miss one article at the same time all fetch it; all but the
// first find that the price is there now, and return that one.
func (c *Catalog) Fetch(
	ctx context.Context,
	article string,
	fetch func(ctx context.Context, article string) (int, error),
) (int, error) {
	if price, ok := c.Price(article); ok {
		return price, nil
	}
	fetched, err := fetch(ctx, article)
	if err != nil {
		return 0, fmt.Errorf("fetch price of %s: %w", article, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if price, ok := c.prices[article]; ok { // look again
		return price, nil
	}
	c.set(article, fetched)
	return fetched, nil
}

// set expects the lock for writing.
func (c *Catalog) set(article string, price int) {
	if c.prices == nil {
		c.prices = map[string]int{}
	}
	c.prices[article] = price
}

// Cheapest returns up to n articles, the cheapest first, and those of one price
// by name. It copies all prices under the lock, and sorts them without.
func (c *Catalog) Cheapest(n int) []string {
	prices := c.snapshot()
	articles := slices.SortedFunc(maps.Keys(prices), func(a, b string) int {
		return cmp.Or(cmp.Compare(prices[a], prices[b]), cmp.Compare(a, b))
	})
	return articles[:min(n, len(articles))]
}

// Print writes a line for each article, by name, as of the moment of the call.
// No lock is held while w, which may be slow, is written to.
func (c *Catalog) Print(w io.Writer) error {
	prices := c.snapshot()
	for _, article := range slices.Sorted(maps.Keys(prices)) {
		_, err := fmt.Fprintf(w, "%s: %d\n", article, prices[article])
		if err != nil {
			return fmt.Errorf("print catalog: %w", err)
		}
	}
	return nil
}

func (c *Catalog) snapshot() map[string]int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return maps.Clone(c.prices)
}
