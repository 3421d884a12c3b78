// Nobody closes, so a range over the merged stream has no end.
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
	go func() {
		open.Wait()
	}()
	return merged
}
