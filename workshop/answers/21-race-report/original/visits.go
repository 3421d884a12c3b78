package report

import (
	"maps"
	"sync"
)

// Visits counts the visits of each page.
type Visits struct {
	mu    sync.Mutex
	pages map[string]int
	total int
}

// NewVisits returns an empty count.
func NewVisits() *Visits { return &Visits{pages: map[string]int{}} }

// Add counts one visit.
func (v *Visits) Add(page string) {
	v.mu.Lock()
	v.pages[page]++
	v.mu.Unlock()
	v.total++
}

// Merge adds what another server has counted.
func (v *Visits) Merge(other map[string]int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for page, n := range other {
		v.pages[page] += n
		v.total += n
	}
}

// Pages returns a copy of the counts.
func (v *Visits) Pages() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.pages)
}

// Serve counts the pages that come in, and ends with the last.
func (v *Visits) Serve(in <-chan string) {
	for page := range in {
		v.Add(page)
	}
}

// Start serves in the background and returns a function that waits for its end.
func (v *Visits) Start(in <-chan string) (wait func()) {
	var wg sync.WaitGroup
	wg.Go(func() { v.Serve(in) })
	return wg.Wait
}
