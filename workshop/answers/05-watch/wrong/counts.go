// Goroutines that end take a moment to do so: a count that is taken at once
// fails on code that is right. Slept for, it fails on a slow machine, and never
// sees what ends an hour later.
//
// FAILS: your test fails on code that is right
package stock

import (
	"context"
	"runtime"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	for range 1000 {
		Watch(ctx, time.Hour, func() (string, error) { return "3 left", nil })
	}
	cancel()
	if n := runtime.NumGoroutine() - before; n > 0 {
		t.Errorf("%d goroutines are left.", n)
	}
}
