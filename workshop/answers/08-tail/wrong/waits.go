// Merge itself waits for all senders, who wait for somebody to receive.
//
// FAILS: deadlock
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
	open.Wait()
	close(merged)
	return merged
}
