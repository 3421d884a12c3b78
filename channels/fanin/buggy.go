package fanin

import (
	"context"
	"sync"
)

// ClosedByEvery hands on the hits of all shards of a search. Compare [Merge].
func ClosedByEvery(show func(hit string), shards ...<-chan string) {
	hits := make(chan string)
	for _, shard := range shards {
		go func() {
			// BUG(panic, race): ClosedByEvery closes its channel at the end of
			// each shard: a hit or a close after the first close panics.
			defer close(hits)
			for hit := range shard {
				hits <- hit
			}
		}()
	}
	for hit := range hits {
		show(hit)
	}
}

// ClosedByNone hands on the lines of several logs. Compare [Merge].
func ClosedByNone(show func(line string), logs ...<-chan string) {
	lines := make(chan string)
	for _, log := range logs {
		go func() {
			for line := range log {
				lines <- line
			}
		}()
	}
	// BUG(deadlock, hang, leakprofile, synctest): ClosedByNone waits for one
	// more line for ever: every log has ended, and nobody closes lines.
	for line := range lines {
		show(line)
	}
}

// ClosedOnCancel merges the readings of several sensors. Compare [Merge].
func ClosedOnCancel(
	ctx context.Context,
	sensors ...<-chan int,
) <-chan int {
	readings := make(chan int)
	var wg sync.WaitGroup
	for _, sensor := range sensors {
		wg.Go(func() {
			for r := range sensor {
				readings <- r
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		wg.Wait()
		close(ended)
	}()
	go func() {
		select {
		case <-ended:
		case <-ctx.Done():
		}
		// BUG(panic, race): ClosedOnCancel closes its channel when ctx ends,
		// while a sensor may still send on it: that send panics.
		close(readings)
	}()
	return readings
}
