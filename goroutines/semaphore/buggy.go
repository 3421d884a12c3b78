package semaphore

import (
	"context"
	"iter"
	"sync"

	"golang.org/x/sync/semaphore"
)

// IgnoredAcquire fetches pages, a few at once. Compare [ForEach].
func IgnoredAcquire(
	ctx context.Context,
	urls []string,
	limit int64,
	fetch func(context.Context, string),
) {
	sem := semaphore.NewWeighted(limit)
	var tasks sync.WaitGroup
	for _, url := range urls {
		// BUG(panic, errcheck): IgnoredAcquire has no permit once ctx has
		// ended, runs the task all the same, and its Release is one too many.
		sem.Acquire(ctx, 1)
		tasks.Go(func() {
			defer sem.Release(1)
			fetch(ctx, url)
		})
	}
	tasks.Wait()
}

// AcquireInside imports the rows of a file, a few at once. Compare [ForEach].
func AcquireInside(
	ctx context.Context,
	rows iter.Seq[string],
	limit int64,
	store func(context.Context, string),
) {
	sem := semaphore.NewWeighted(limit)
	var tasks sync.WaitGroup
	for row := range rows {
		tasks.Go(func() {
			// BUG(test): AcquireInside bounds the stores, not the goroutines:
			// all rows are read at once, and each waits on its own stack.
			if err := sem.Acquire(ctx, 1); err != nil {
				return
			}
			defer sem.Release(1)
			store(ctx, row)
		})
	}
	tasks.Wait()
}

// TooHeavy decodes an image when there is memory for it. [ForEach] cuts the
// weight down to the budget; with a deadline Acquire would at least end.
func TooHeavy(memory *semaphore.Weighted, size int64, decode func()) error {
	// BUG(deadlock, hang, leakprofile, synctest): TooHeavy waits for ever for
	// an image larger than all the memory: Acquire does not refuse it.
	if err := memory.Acquire(context.Background(), size); err != nil {
		return err
	}
	defer memory.Release(size)
	decode()
	return nil
}

// NestedAcquire loads an account over one connection of a pool and keeps it
// while it logs over another. Take two at once, or give the first back before.
func NestedAcquire(
	ctx context.Context,
	conns *semaphore.Weighted,
	load, log func(),
) error {
	if err := conns.Acquire(ctx, 1); err != nil {
		return err
	}
	defer conns.Release(1)
	load()
	// BUG(deadlock, hang, synctest): NestedAcquire waits for a second permit
	// while it holds one; when all permits are held so, nobody moves.
	if err := conns.Acquire(ctx, 1); err != nil {
		return err
	}
	defer conns.Release(1)
	log()
	return nil
}
