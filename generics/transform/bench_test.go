package transform

import (
	"slices"
	"testing"
)

// Each way is a function of its own: b.Loop keeps alive what is assigned in its
// body, so a chain over iter.Seq that stands there is not inlined, and takes ten
// times as long.

//go:noinline
func mapLoop(s []int) []int {
	out := make([]int, len(s))
	for i, v := range s {
		out[i] = 2 * v
	}
	return out
}

//go:noinline
func mapCall(s []int) []int {
	return Map(s, func(v int) int { return 2 * v })
}

//go:noinline
func filterLoop(s []int) []int {
	out := make([]int, 0, len(s))
	for _, v := range s {
		if v%3 == 0 {
			out = append(out, v)
		}
	}
	return out
}

//go:noinline
func filterCall(s []int) []int {
	return Filter(s, func(v int) bool { return v%3 == 0 })
}

//go:noinline
func reduceLoop(s []int) int {
	sum := 0
	for _, v := range s {
		sum += v
	}
	return sum
}

//go:noinline
func reduceCall(s []int) int {
	return Reduce(s, 0, func(sum, v int) int { return sum + v })
}

//go:noinline
func chainLoop(s []int) int {
	sum := 0
	for _, v := range s {
		if v%3 == 0 {
			sum += 2 * v
		}
	}
	return sum
}

//go:noinline
func chainSeq(s []int) int {
	thirds := FilterSeq(slices.Values(s), func(v int) bool { return v%3 == 0 })
	doubled := MapSeq(thirds, func(v int) int { return 2 * v })
	return ReduceSeq(doubled, 0, func(sum, v int) int { return sum + v })
}

//go:noinline
func chainSlices(s []int) int {
	thirds := Filter(s, func(v int) bool { return v%3 == 0 })
	doubled := Map(thirds, func(v int) int { return 2 * v })
	return Reduce(doubled, 0, func(sum, v int) int { return sum + v })
}

// upTo returns the numbers from 0 to n-1.
func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func BenchmarkTransform(b *testing.B) {
	numbers := upTo(1000)
	bench := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	bench("map/loop", func() { mapLoop(numbers) })
	bench("map/Map", func() { mapCall(numbers) })
	bench("filter/loop", func() { filterLoop(numbers) })
	bench("filter/Filter", func() { filterCall(numbers) })
	bench("reduce/loop", func() { reduceLoop(numbers) })
	bench("reduce/Reduce", func() { reduceCall(numbers) })
	bench("chain/loop", func() { chainLoop(numbers) })
	bench("chain/Seq", func() { chainSeq(numbers) })
	bench("chain/slices", func() { chainSlices(numbers) })
}
