// Package tail shows the logs of all instances of a service as one stream.
//
// One goroutine a stream. Each waits twice, for a line and for somebody to take
// it, and in both waits it must hear of the end of ctx: with only one of the
// two in a select it stays in the other one.
//
// merged has many senders, so none of them may close it: the second close, and
// a send after the first, are panics. The one that closes is a goroutine that
// has waited for all senders. Merge cannot be that one, for it has to return
// before anybody receives.
//
// A nil stream gets no goroutine. In a select, a nil channel is a case that is
// never ready, which is useful; here it would wait until ctx ends.
package tail

import (
	"context"
	"sync"
)

// Merge passes on what the streams bring, as it comes, and keeps the order
// within each stream. It closes its channel when the last stream is closed, or
// when ctx has ended. After the end of ctx nobody need receive, and no
// goroutine stays.
//
// A nil stream is that of an instance which does not run: it brings nothing.
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
		close(merged)
	}()
	return merged
}
