package inmemory

import (
	"context"
	"testing"
	"time"
)

// A Way is a client under a name.
type Way struct {
	Name   string
	Client Client
}

// Compare calls GetUser in each of the ways and reports the cost of a call, in
// ns of the first way, and in multiples of that for the others. They take turns,
// so that a busy machine slows all of them, and the fastest turn of each counts.
func Compare(b *testing.B, ways ...Way) {
	b.Helper()
	const calls = 25
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	fastest := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, w := range ways {
			start := time.Now()
			for range calls {
				if _, err := w.Client.Get(ctx, "7"); err != nil {
					b.Fatal(err)
				}
			}
			if took := time.Since(start); fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(fastest[0])/calls, "ns/"+ways[0].Name)
	for i, w := range ways[1:] {
		b.ReportMetric(float64(fastest[i+1])/float64(fastest[0]), "x/"+w.Name)
	}
}
