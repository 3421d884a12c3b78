package parallel_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each call waits for all the others, so that none ends unless all are there.
// That the counts can be read afterwards, -race says: Do has waited.
func TestDo_isInAllCallsAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var here sync.WaitGroup
		here.Add(3)
		calls := make([]int, 3)
		parallel.Do(3, func(i int) {
			here.Done()
			here.Wait()
			calls[i]++
		})
		assert.Equal(t, []int{1, 1, 1}, calls)
	})
}

func TestDo_putsNoCallBeforeAnother(t *testing.T) {
	t.Parallel()
	report := detect.Run(t, detect.Race, func() {
		hits := 0
		parallel.Do(2, func(int) { hits++ })
	})
	assert.NotEqual(t, detect.Silent, report.State)
}

func TestDo_ofNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { parallel.Do(0, func(int) { assert.Fail(t, "called") }) })
}
