package iterators

import (
	"slices"
	"testing"
)

//go:noinline
func dotLoop(a, b []int) int {
	sum := 0
	for i := range min(len(a), len(b)) {
		sum += a[i] * b[i]
	}
	return sum
}

//go:noinline
func dotZip(a, b []int) int {
	sum := 0
	for v, w := range Zip(slices.Values(a), slices.Values(b)) {
		sum += v * w
	}
	return sum
}

func BenchmarkZip(b *testing.B) {
	v, w := make([]int, 1000), make([]int, 1000)
	b.Run("loop", func(b *testing.B) {
		for b.Loop() {
			dotLoop(v, w)
		}
	})
	b.Run("Zip", func(b *testing.B) {
		for b.Loop() {
			dotZip(v, w)
		}
	})
}
