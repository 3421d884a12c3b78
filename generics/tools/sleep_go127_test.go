//go:build go1.27

package tools

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// After time.Sleep alone, what woke at the same time may not have run: the two
// accesses to done would race.
func TestSleep_alsoWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		done := false
		time.AfterFunc(time.Second, func() { done = true })
		synctest.Sleep(time.Second)
		assert.True(t, done)
	})
}
