package parallel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each call waits for the one after it, so that they end only if all are there.
func TestDo_isInAllCallsAtOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		arrived := []chan bool{make(chan bool), make(chan bool), make(chan bool)}
		parallel.Do(3, func(i int) {
			if i > 0 {
				<-arrived[i-1]
			}
			close(arrived[i])
		})
		<-arrived[2] // it has waited for the last one
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
