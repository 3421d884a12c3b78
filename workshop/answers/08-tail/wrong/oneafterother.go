// One stream after the other: while the first is silent, all others wait.
//
// FAILS: it had to wait for a silent stream
package tail

import "context"

func Merge(ctx context.Context, streams ...<-chan string) <-chan string {
	merged := make(chan string)
	go func() {
		defer close(merged)
		for _, stream := range streams {
			if stream == nil {
				continue
			}
			for line := range stream {
				select {
				case merged <- line:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return merged
}
