package errgroup

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// AppendedResults fetches pages. Compare [Map].
func AppendedResults(
	ctx context.Context,
	urls []string,
	fetch func(context.Context, string) (string, error),
) ([]string, error) {
	g, ctx := errgroup.WithContext(ctx)
	var pages []string
	for _, url := range urls {
		g.Go(func() error {
			page, err := fetch(ctx, url)
			if err != nil {
				return err
			}
			// BUG(race): AppendedResults appends without a lock: two pages
			// take the same place. A lock would save them, not their order.
			pages = append(pages, page)
			return nil
		})
	}
	return pages, g.Wait()
}

// OuterContext asks all backends and gives up with the first that fails.
// Compare [Map].
func OuterContext(
	ctx context.Context,
	backends []string,
	ask func(context.Context, string) error,
) error {
	g, _ := errgroup.WithContext(ctx)
	for _, backend := range backends {
		g.Go(func() error {
			// BUG(deadlock, hang, synctest): OuterContext asks with the
			// caller's ctx, so a failure cancels none of the others.
			return ask(ctx, backend)
		})
	}
	return g.Wait()
}

// LateContext collects prices and stores them. Compare [Map]: there nothing
// comes after Wait.
func LateContext(
	ctx context.Context,
	shops []string,
	price func(context.Context, string) (int, error),
	store func(context.Context, []int) error,
) error {
	g, ctx := errgroup.WithContext(ctx)
	prices := make([]int, len(shops))
	for i, shop := range shops {
		g.Go(func() (err error) {
			prices[i], err = price(ctx, shop)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	// BUG(test): LateContext stores with the group's ctx, which Wait has
	// cancelled, after success as well.
	return store(ctx, prices)
}

// NestedGo crawls a site, a few pages at once. Compare [Walk].
func NestedGo(
	ctx context.Context,
	root string,
	limit int,
	links func(context.Context, string) ([]string, error),
) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(limit)
	var crawl func(page string) error
	crawl = func(page string) error {
		found, err := links(ctx, page)
		for _, link := range found {
			// BUG(deadlock, hang, leakprofile, synctest): NestedGo's tasks
			// hold all places of the limit and wait for one more.
			g.Go(func() error { return crawl(link) })
		}
		return err
	}
	g.Go(func() error { return crawl(root) })
	return g.Wait()
}

// ZeroLimit runs jobs under the limit of a configuration, where a missing
// entry is 0 and meant as no limit.
func ZeroLimit(limit int, jobs ...func() error) error {
	var g errgroup.Group
	// BUG(deadlock, hang, leakprofile, synctest): ZeroLimit's group lets
	// nothing in, so its first Go blocks for ever. No limit is -1.
	g.SetLimit(limit)
	for _, job := range jobs {
		g.Go(job)
	}
	return g.Wait()
}

// RecoverAroundWait renders the parts of a page and must survive each of them,
// as net/http survives a handler. Compare [Guard].
func RecoverAroundWait(parts ...func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rendering: %v", p)
		}
	}()
	var g errgroup.Group
	for _, part := range parts {
		// BUG(panic): RecoverAroundWait recovers on its own goroutine, and a
		// part panics on another: the process ends.
		g.Go(part)
	}
	return g.Wait()
}
