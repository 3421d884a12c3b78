// A goroutine for a nil stream waits until ctx ends, and keeps the merged one
// open.
//
// FAILS: A receive from a nil channel waits for ever
package tail

import (
	"context"
	"sync"
)

func Merge(ctx context.Context, streams ...<-chan string) <-chan string {
	merged := make(chan string)
	var open sync.WaitGroup
	for _, stream := range streams {
		open.Go(func() {
			for {
				select {
				case line, ok := <-stream:
					if !ok {
						return
					}
					select {
					case merged <- line:
					case <-ctx.Done():
						return
					}
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
