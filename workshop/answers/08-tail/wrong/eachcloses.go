// The first stream that ends closes the channel, and the others send to it.
//
// FAILS: closed channel
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
			defer close(merged)
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
	}()
	return merged
}
