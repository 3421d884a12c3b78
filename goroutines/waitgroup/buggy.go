package waitgroup

import "sync"

// AddInside fetches all urls, as many at once as there is room in slots.
// Compare [FetchAll].
func AddInside(
	urls []string,
	slots chan struct{},
	fetch func(string) string,
) []string {
	pages := make([]string, len(urls))
	var wg sync.WaitGroup
	for i, url := range urls {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			// BUG(race, test): AddInside adds when the fetch begins, so its
			// Wait may return before, and the pages are written later.
			wg.Add(1)
			defer wg.Done()
			pages[i] = fetch(url)
		}()
	}
	wg.Wait()
	return pages
}

// SkippedDone fetches all urls; a failed page stays empty. Compare [FetchAll].
func SkippedDone(
	urls []string,
	fetch func(string) (string, error),
) []string {
	pages := make([]string, len(urls))
	var wg sync.WaitGroup
	wg.Add(len(urls))
	for i, url := range urls {
		go func() {
			page, err := fetch(url)
			if err != nil {
				// BUG(leakprofile, synctest, deadlock, hang): SkippedDone
				// returns without Done when a fetch fails, and Wait never does.
				return
			}
			pages[i] = page
			wg.Done()
		}()
	}
	wg.Wait()
	return pages
}

// DoneTwice fetches all urls; a failed page stays empty. Compare [FetchAll].
func DoneTwice(
	urls []string,
	fetch func(string) (string, error),
) []string {
	pages := make([]string, len(urls))
	var wg sync.WaitGroup
	wg.Add(len(urls))
	for i, url := range urls {
		go func() {
			defer wg.Done()
			page, err := fetch(url)
			if err != nil {
				// BUG(panic, test): DoneTwice counts a failed fetch twice: Wait
				// returns one fetch too early, and the last Done panics.
				wg.Done()
				return
			}
			pages[i] = page
		}()
	}
	wg.Wait()
	return pages
}

type batch struct {
	wg sync.WaitGroup
}

// CopiedByAppend starts to fetch batches of urls and reports each one that is
// complete, in order. A slice of *batch would do.
func CopiedByAppend(
	urls [][]string,
	fetch func(string),
	complete func(int),
) {
	var batches []batch
	for _, some := range urls {
		// BUG(leakprofile, deadlock, hang): CopiedByAppend moves its WaitGroups
		// when the slice grows. Done goes to the old ones, Wait to the copies.
		batches = append(batches, batch{})
		b := &batches[len(batches)-1]
		for _, url := range some {
			b.wg.Go(func() { fetch(url) })
		}
	}
	for i := range batches {
		batches[i].wg.Wait()
		complete(i)
	}
}
