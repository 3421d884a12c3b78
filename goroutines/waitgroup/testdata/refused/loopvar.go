//go:build go1.21

package refused

import "sync"

// LoopVariable fetches the last URL many times, where the loop has one variable
// for all: in the language of Go 1.21.
func LoopVariable(urls []string, fetch func(string)) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Add(1)
		go func() {
			defer wg.Done()
			fetch(url) // want loopclosure
		}()
	}
	wg.Wait()
}

// Parameter is the near-miss, and the guide's own form.
func Parameter(urls []string, fetch func(string)) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Add(1)
		go func(url string) {
			defer wg.Done()
			fetch(url)
		}(url)
	}
	wg.Wait()
}
