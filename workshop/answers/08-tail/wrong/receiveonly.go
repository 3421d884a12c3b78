// The receive hears of the end of ctx, the send does not: a goroutine that has
// a line for nobody stays.
//
// FAILS: ctx has ended, and
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
					merged <- line
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
