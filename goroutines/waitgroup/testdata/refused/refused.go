// Package refused holds the textbook forms, which go vet refuses. A comment
// of the form "want NAME" names the analyzer that reports its line.
package refused

import "sync"

// AddFirst counts a fetch where it begins, not where it is started.
func AddFirst(urls []string, fetch func(string)) {
	var wg sync.WaitGroup
	for _, url := range urls {
		go func() {
			wg.Add(1) // want waitgroup
			defer wg.Done()
			fetch(url)
		}()
	}
	wg.Wait()
}

// ByValue hands each fetch a WaitGroup of its own.
func ByValue(urls []string, fetch func(string)) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Add(1)
		go visit(wg, url, fetch) // want copylocks
	}
	wg.Wait()
}

// visit counts down a WaitGroup of its own, for which nobody waits.
func visit(wg sync.WaitGroup, url string, get func(string)) { // want copylocks
	defer wg.Done()
	get(url)
}

// ByPointer is the near-miss.
func ByPointer(urls []string, fetch func(string)) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Add(1)
		go visitPage(&wg, url, fetch)
	}
	wg.Wait()
}

func visitPage(wg *sync.WaitGroup, url string, fetch func(string)) {
	defer wg.Done()
	fetch(url)
}
