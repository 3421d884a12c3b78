// Package contest times several ways to do the same work within one benchmark,
// so that what is reported is a ratio: a shared machine is as slow for one way
// as for the other, and only the ratio carries over to another machine.
package contest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// A Way is one way to do the work.
type Way struct {
	Name string
	Do   func(i int) // the i-th operation of one goroutine, from 0
}

// operations is how many there are in a turn, over all goroutines.
const operations = 1 << 14

// Run lets 1, 2 and 8 goroutines share the same number of operations, a
// sub-benchmark each. The ways take turns. It reports the median turn of each
// way as a multiple of that of the first, and of the first in nanoseconds an
// operation. ways is called anew for each sub-benchmark.
func Run(b *testing.B, ways func() []Way) {
	b.Helper()
	for _, g := range []int{1, 2, 8} {
		b.Run(fmt.Sprintf("goroutines=%d", g), func(b *testing.B) {
			medians(b, g, ways())
		})
	}
}

func medians(b *testing.B, goroutines int, ways []Way) {
	b.Helper()
	took := make([][]time.Duration, len(ways))
	for b.Loop() {
		for w, way := range ways {
			took[w] = append(took[w], turn(goroutines, way.Do))
		}
	}
	var first float64
	for w, way := range ways {
		slices.Sort(took[w])
		median := float64(took[w][len(took[w])/2])
		if w == 0 {
			first = median
			b.ReportMetric(median/operations, way.Name+"-ns")
			continue
		}
		b.ReportMetric(median/first, way.Name+"/"+ways[0].Name)
	}
	b.ReportMetric(0, "ns/op") // of all ways together: of no interest
}

// turn does all operations once, and returns how long that took.
func turn(goroutines int, do func(i int)) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for range goroutines {
		wg.Go(func() {
			for i := range operations / goroutines {
				do(i)
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}
