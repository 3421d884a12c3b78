// Package waitgroup waits for several goroutines, and shows four ways to
// miscount them. It belongs to part 2.4 of the guide.
//
// A sync.WaitGroup is a counter: Add and Done change it, Wait returns at zero.
// All its bugs are a counter that is wrong at the moment of Wait. [AddInside]
// adds too late, where the work begins and not where it is started:
//
//	caller                         goroutine
//	go visit(0)
//	wg.Wait()     // 0: returns
//	return pages  // still empty
//	                               wg.Add(1)
//	                               pages[0] = …  // a race with the reader
//
// # What to write
//
//   - [sync.WaitGroup.Go] (since Go 1.25) adds before the go statement and is
//     done when the function returns, on every path. It rules out three of
//     the four ([FetchAll], [Workers]).
//   - The function given to Go must not panic: nobody can recover it from
//     outside, so the process ends. Package panics turns it into an error.
//   - Each goroutine writes an element of its own, and the caller reads after
//     Wait: that needs no lock.
//   - The WaitGroup stays where it was declared, as a local variable or behind
//     a pointer.
//
// The guide writes wg.Add(1), go func(id int) { defer wg.Done(); … }(i). That
// form is dated: Go does the counting, and since Go 1.22 every iteration has
// variables of its own, so the id parameter has no purpose any more. What it
// was for is shown by [SharedLoopVariable]. go fix rewrites the form without
// the parameter and leaves the one with it.
//
// # What finds it
//
// go vet knows the textbook forms: Add as the first statement of a goroutine,
// a WaitGroup passed by value, a loop variable in a file of an older language.
// Each bug here stands one step beside what vet looks for. A Wait that returns
// too early is no error by itself: the race detector sees it if the caller
// reads what the goroutine writes ([AddInside]), and the counter panics if it
// falls below zero ([DoneTwice]). A Wait for ever is seen by all who look for
// one, but a copied WaitGroup hides it from synctest ([CopiedByAppend]).
package waitgroup

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// FetchAll fetches all urls at once and returns the pages in the order of the
// urls. A page whose fetch failed is empty, and its error, with the url before
// it, is one of those that FetchAll has joined. It returns when every fetch
// has: a fetch should heed its ctx, and must not panic.
//
// It costs one goroutine a url. Limit them where there may be thousands.
func FetchAll(
	ctx context.Context,
	urls []string,
	fetch func(ctx context.Context, url string) (string, error),
) ([]string, error) {
	pages := make([]string, len(urls))
	errs := make([]error, len(urls))
	var wg sync.WaitGroup
	for i, url := range urls {
		wg.Go(func() {
			page, err := fetch(ctx, url)
			if err != nil {
				errs[i] = fmt.Errorf("%s: %w", url, err)
				return
			}
			pages[i] = page
		})
	}
	wg.Wait()
	return pages, errors.Join(errs...)
}

// Workers calls do for every job, on n goroutines at once, until the caller
// closes jobs or ctx ends. It waits for the calls that have begun and returns
// ctx's error, nil if ctx has not ended by then. do runs concurrently with
// itself and must not panic.
func Workers(
	ctx context.Context,
	n int,
	jobs <-chan string,
	do func(ctx context.Context, job string),
) error {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for {
				select {
				case job, ok := <-jobs:
					if !ok {
						return
					}
					do(ctx, job)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
