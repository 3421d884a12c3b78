// The send hears of the end of ctx, the receive does not: a goroutine whose
// stream is silent stays.
//
// FAILS: the merged stream is not closed
package tail

import (
	"context"
	"sync"
)

func Merge(ctx context.Context, streams ...<-chan string) <-chan string {
	merged := make(chan string)
	var open sync.WaitGroup
	for _, stream := range streams {
		if stream == nil {
			continue
		}
		open.Go(func() {
			for line := range stream {
				select {
				case merged <- line:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		open.Wait()
		close(merged)
	}()
	return merged
}
