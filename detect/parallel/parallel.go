// Package parallel starts what a scenario is to do at once. The race detector
// judges by order, not by time: two calls that nothing puts in order are at once
// for it even where one ends before the other begins.
package parallel

import "sync"

// Do calls f with 0 to n-1, each in a goroutine of its own, and returns when
// all calls have returned.
func Do(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
