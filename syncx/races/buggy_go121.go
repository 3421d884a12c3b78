//go:build go1.21

package races

import "sync"

// LoopVariable ships all orders at once. The line at the top of its file makes
// it Go 1.21; with a newer version there it is correct. Compare [SaveAll].
func LoopVariable(orders []string, ship, queued func(order string)) {
	var wg sync.WaitGroup
	for _, order := range orders {
		wg.Add(1)
		go func() {
			defer wg.Done()
			// BUG(race, until go1.22): LoopVariable's goroutines read the one
			// order of the loop while the loop writes the next one to it.
			ship(order)
		}()
		queued(order) // were go the last statement, go vet would object
	}
	wg.Wait()
}
