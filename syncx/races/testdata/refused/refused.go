// Package refused holds the copies of a lock that go vet sees. A comment of
// the form "want NAME" names the analyzer that reports its line.
package refused

import "sync"

// Visits counts visits by the hour of the day.
type Visits struct {
	mu     sync.Mutex
	byHour []int
}

// Add has a value receiver, so each call locks a copy of the lock, while all
// copies of the slice share one array.
func (v Visits) Add(hour int) { // want copylocks
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byHour[hour]++
}

// Busiest ranges over copies.
func Busiest(days []Visits) int {
	most := 0
	for _, day := range days { // want copylocks
		for _, n := range day.byHour {
			most = max(most, n)
		}
	}
	return most
}

// Count is the near-miss.
func (v *Visits) Count(hour int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byHour[hour]++
}
