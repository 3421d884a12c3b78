//go:build stuck

package consumer

import (
	"testing"
	"time"

	"example.com/goguide/detect"
)

// TestStuck gives somebody the time to kill this process.
func TestStuck(t *testing.T) {
	detect.Run(t, detect.Hang, func() {
		for {
			time.Sleep(time.Hour)
		}
	}, detect.Within(time.Hour))
}
