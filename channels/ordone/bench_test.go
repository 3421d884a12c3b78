package ordone

import (
	"context"
	"testing"
	"time"
)

// bookOrDone is the form of the book, made generic.
func bookOrDone[T any](done <-chan struct{}, in <-chan T) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		for {
			select {
			case <-done:
				return
			case v, ok := <-in:
				if !ok {
					return
				}
				select {
				case out <- v:
				case <-done:
					return
				}
			}
		}
	}()
	return out
}

// BenchmarkRange lets the three loops take turns over a buffered channel that
// is full and closed, and reports the fastest turn of each, in ns a value and
// as a multiple of the plain range.
func BenchmarkRange(b *testing.B) {
	const n = 1 << 13
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	loops := []struct {
		name string
		run  func(in <-chan int) int
	}{
		{"plain", func(in <-chan int) (sum int) {
			for v := range in {
				sum += v
			}
			return sum
		}},
		{"Range", func(in <-chan int) (sum int) {
			for v := range Range(ctx, in) {
				sum += v
			}
			return sum
		}},
		{"orDone", func(in <-chan int) (sum int) {
			for v := range bookOrDone(ctx.Done(), in) {
				sum += v
			}
			return sum
		}},
	}
	fastest := make([]time.Duration, len(loops))
	for b.Loop() {
		for i, loop := range loops {
			in := filled(n)
			close(in)
			start := time.Now()
			sum := loop.run(in)
			took := time.Since(start)
			if sum != n*(n-1)/2 {
				b.Fatalf("%s: the sum is %d", loop.name, sum)
			}
			if fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of all loops together: of no use
	for i, loop := range loops {
		b.ReportMetric(float64(fastest[i])/n, loop.name+"-ns")
		b.ReportMetric(float64(fastest[i])/float64(fastest[0]), loop.name+"-x")
	}
}
