//go:build go1.21

package waitgroup

import "sync"

// SharedLoopVariable fetches all urls at once. This file is compiled in the
// language of Go 1.21, where a loop has one i and one url for all iterations.
// That is why the guide's goroutine takes an id parameter.
func SharedLoopVariable(urls []string, fetch func(string) string) []string {
	pages := make([]string, len(urls))
	var wg sync.WaitGroup
	for i, url := range urls {
		visit := func() {
			defer wg.Done()
			// BUG(race, until go1.22): SharedLoopVariable's goroutines read i
			// and url while the loop goes on: all may fetch the last url.
			pages[i] = fetch(url)
		}
		wg.Add(1)
		go visit()
	}
	wg.Wait()
	return pages
}
