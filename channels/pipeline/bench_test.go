package pipeline

import (
	"context"
	"iter"
	"testing"
	"time"
)

// A hop moves n values from a producer that counts to a consumer that adds
// them up.
var hops = []struct {
	name string
	move func(ctx context.Context, n int) (sum int)
}{
	{"unbuffered", func(ctx context.Context, n int) int { return overChannel(ctx, n, 0) }},
	{"buffered128", func(ctx context.Context, n int) int { return overChannel(ctx, n, 128) }},
	{"batches64", func(ctx context.Context, n int) int { return inBatches(ctx, n, 64) }},
	{"batches128", func(ctx context.Context, n int) int { return inBatches(ctx, n, 128) }},
	{"iterator", func(_ context.Context, n int) int { return byIterator(n) }},
	{"iterpull", func(_ context.Context, n int) int { return byPull(n) }},
}

// BenchmarkHop lets the hops take turns, so that a busy machine slows all of
// them, and reports the fastest turn of each: in ns a value, and as a multiple
// of the buffered channel.
func BenchmarkHop(b *testing.B) {
	const n = 1 << 15
	fastest := make([]time.Duration, len(hops))
	for b.Loop() {
		for i, hop := range hops {
			start := time.Now()
			sum := hop.move(b.Context(), n)
			took := time.Since(start)
			if sum != n*(n-1)/2 {
				b.Fatalf("%s: the sum is %d", hop.name, sum)
			}
			if fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of all hops together: of no use
	for i, hop := range hops {
		b.ReportMetric(float64(fastest[i])/n, hop.name+"-ns")
		b.ReportMetric(float64(fastest[i])/float64(fastest[1]), hop.name+"-x")
	}
}

func overChannel(ctx context.Context, n, size int) (sum int) {
	c := make(chan int, size)
	go func() {
		defer close(c)
		for i := range n {
			select {
			case c <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for v := range c {
		sum += v
	}
	return sum
}

// inBatches has room for one batch, so that the producer fills the next one
// while the consumer empties the last.
func inBatches(ctx context.Context, n, size int) (sum int) {
	c := make(chan []int, 1)
	go func() {
		defer close(c)
		for first := 0; first < n; first += size {
			batch := make([]int, 0, size)
			for i := first; i < min(first+size, n); i++ {
				batch = append(batch, i)
			}
			select {
			case c <- batch:
			case <-ctx.Done():
				return
			}
		}
	}()
	for batch := range c {
		for _, v := range batch {
			sum += v
		}
	}
	return sum
}

func byIterator(n int) (sum int) {
	for v := range counted(n) {
		sum += v
	}
	return sum
}

func byPull(n int) (sum int) {
	next, stop := iter.Pull(counted(n))
	defer stop()
	for v, ok := next(); ok; v, ok = next() {
		sum += v
	}
	return sum
}

// counted is not inlined, like an iterator that comes out of an interface.
//
//go:noinline
func counted(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}
