package contest

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTurn_doesEveryOperationOnce(t *testing.T) {
	t.Parallel()
	for _, g := range []int{1, 2, 8} {
		var done, sum atomic.Int64
		turn(g, func(i int) {
			done.Add(1)
			sum.Add(int64(i))
		})
		each := int64(operations / g)
		assert.Equal(t, int64(operations), done.Load())
		assert.Equal(t, int64(g)*each*(each-1)/2, sum.Load())
	}
}

func TestTurn_runsGoroutinesBesideEachOther(t *testing.T) {
	t.Parallel()
	var met sync.WaitGroup
	met.Add(8)
	turn(8, func(i int) {
		if i == 0 {
			met.Done()
			met.Wait() // for ever, if one ran after another
		}
	})
}

// In the time of a bubble a turn takes what its first operation sleeps.
//
//nolint:paralleltest // testing.Benchmark takes turns by itself
func TestRun_reportsRatiosToTheFirst(t *testing.T) {
	sleeps := func(d time.Duration) func(int) {
		return func(i int) {
			if i == 0 {
				time.Sleep(d)
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		r := testing.Benchmark(func(b *testing.B) {
			medians(b, 1, []Way{
				{"quick", sleeps(operations * time.Microsecond)},
				{"slow", sleeps(3 * operations * time.Microsecond)},
			})
		})
		assert.InDelta(t, 3, r.Extra["slow/quick"], 0)
		assert.InDelta(t, 1000, r.Extra["quick-ns"], 0)
	})
}
