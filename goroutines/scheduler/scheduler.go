// Package scheduler shows what the scheduler promises and what it does not:
// that every goroutine gets its turn, and nothing about whose turn is first.
// It belongs to part 2.2 of the guide.
//
// The runtime's three letters:
//
//	G   a goroutine
//	M   a thread of the operating system ("machine")
//	P   a licence to run Go code, with a queue of Gs ("processor")
//
// To run Go code an M needs a P, and there are GOMAXPROCS of them. That number
// bounds what runs at once, not how many goroutines or threads there are: a G
// that waits for a channel, a lock, a timer or the network needs neither M nor
// P; one that blocks in a system call keeps its M and gives up its P. ("M:N"
// in the guide is the textbook's name, M goroutines on N threads. Its list
// then says that N is the goroutine and M the thread: those are G and M here.)
//
// GOMAXPROCS is the number of CPUs or, since Go 1.25 on Linux, a container's
// CPU limit if that is less: rounded up, and at least 2. A limit of half a CPU
// gives 2.
//
// A new G goes in front of the queue, in a slot that holds one. So on a single
// P the goroutine started last usually runs first. A preemption changes that,
// and -race shuffles on purpose:
//
//	caller             next   queue
//	go price("a")      a
//	go price("b")      b      a
//	go price("c")      c      a b
//	wg.Wait()                           // runs c, a, b
//
// # What to write
//
//   - Results that belong to inputs are stored by index ([Gather]). What must
//     come first is waited for, or stands in the same goroutine.
//   - Waiting is a receive, a lock or a select, never a loop that looks again
//     ([Cache]). Close a channel to say "now" to any number of goroutines.
//
// # What finds it
//
// No detector knows which order was meant: [ArrivalOrder] has no race, and only
// an assertion on its result fails. A busy-wait is seen only if it never ends,
// by whoever waits for it or for its goroutine's end ([SpinningCache]); to the
// goroutineleak profile, to synctest and to the runtime's deadlock report, a
// goroutine that runs is alive. While it lasts it costs a CPU:
//
//	go test -run '^$' -bench Get ./scheduler/
//
// reports 10 ms of CPU time for a wait of 10 ms in [SpinningCache.Get], and
// 0.3 ms in [Cache.Get].
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Gather calls do for all items at once and returns the results in the order
// of the items, whatever order they came in. The error joins those of all
// items that failed; a failed item's result is what do returned with it. Each
// item takes a goroutine: bound their number elsewhere if do needs more
// than memory and CPU.
func Gather[T, R any](
	ctx context.Context,
	items []T,
	do func(context.Context, T) (R, error),
) ([]R, error) {
	results := make([]R, len(items))
	errs := make([]error, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		wg.Go(func() {
			var err error
			results[i], err = do(ctx, item) // its own element: no lock needed
			if err != nil {
				errs[i] = fmt.Errorf("item %d: %w", i, err)
			}
		})
	}
	wg.Wait()
	return results, errors.Join(errs...)
}

// A Cache is loaded once, in the background. Its methods may be called
// concurrently.
type Cache struct {
	loaded  chan struct{} // closed when the fields below are final
	entries map[string]string
	err     error
}

// NewCache starts to load. The load's goroutine ends when load returns.
func NewCache(
	ctx context.Context,
	load func(context.Context) (map[string]string, error),
) *Cache {
	c := &Cache{loaded: make(chan struct{})}
	go func() {
		defer close(c.loaded) // also if the load failed: nobody waits for ever
		c.entries, c.err = load(ctx)
	}()
	return c
}

// Get waits for the load and returns the entry. The error is that of the
// load, wrapped, or ctx's if that ends first.
func (c *Cache) Get(ctx context.Context, key string) (string, error) {
	select {
	case <-c.loaded:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if c.err != nil {
		return "", fmt.Errorf("loading the cache: %w", c.err)
	}
	return c.entries[key], nil
}
