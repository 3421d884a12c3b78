// Package bench compares goguide's code with that of well-known libraries. It
// is a module of its own, so that nothing else depends on them.
//
//	go test -run='^$' -bench=. -benchtime=6s
package bench

import (
	"context"
	"testing"
	"time"
)

// A way does what its benchmark compares, once for each of the first jobs
// elements of in, and returns the results: in their order, if it keeps one.
type way struct {
	name  string
	jobs  int
	order bool
	run   func(ctx context.Context, in []int) []int
}

// compare lets the ways take turns, so that a busy machine slows all of them,
// and reports the fastest turn of each: in ns a job, and as a multiple of the
// first way.
func compare(b *testing.B, in []int, ways []way) {
	b.Helper()
	fastest := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, way := range ways {
			start := time.Now()
			way.run(b.Context(), in[:way.jobs])
			if took := time.Since(start); fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of all ways together: of no use
	perJob := func(i int) float64 { return float64(fastest[i]) / float64(ways[i].jobs) }
	for i, way := range ways {
		b.ReportMetric(perJob(i), way.name+"-ns")
		b.ReportMetric(perJob(i)/perJob(0), way.name+"-x")
	}
}
