package timers

import (
	"testing"
	"time"
)

func BenchmarkTimeout(b *testing.B) {
	ready := make(chan struct{}, 1)
	wait := func(timeout <-chan time.Time) {
		ready <- struct{}{}
		select {
		case <-ready:
		case <-timeout:
		}
	}
	b.Run("After", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			wait(time.After(time.Hour))
		}
	})
	b.Run("Reset", func(b *testing.B) {
		b.ReportAllocs()
		t := time.NewTimer(time.Hour)
		for b.Loop() {
			t.Reset(time.Hour)
			wait(t.C)
		}
	})
}
