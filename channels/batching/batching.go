// Package batching collects the values of a channel into batches by size and
// by age, and shows four ways to lose a batch, overwrite it, hold it back or
// send it empty. It is an addition to part 3 of the guide.
//
// A batch is handed over when it is full, when its first value has waited long
// enough, and when no more can come. Most versions forget the third, and many
// measure the second from the wrong moment:
//
//	values   timer of the first value      timer restarted by each value
//	a        starts, 1 s                   starts, 1 s
//	b                                      starts again, 1 s
//	c        fires: a, b, c                starts again, 1 s
//	d        starts, 1 s                   starts again, 1 s
//	…                                      a waits for a full batch
//
// # What to write
//
// [Batches] is a loop on the receiver's own goroutine, so there is nothing to
// stop and nothing to leak, and a receiver that is slow slows the sender down.
// It hands over whatever it has taken, at the end of the input and at the end
// of ctx as well. So the receiver's loop decides what becomes of the rest:
//
//	for rows := range batching.Batches(ctx, in, 500, time.Second) {
//		// ctx may be over: what was accepted is stored all the same.
//		err := store(context.WithoutCancel(ctx), rows)
//		…
//	}
//
// One timer serves all batches. Since Go 1.23 nothing stale is received from
// its channel after Stop or Reset, so neither needs the drain (if !t.Stop() {
// <-t.C }) that older code has; the go line of the main module must say 1.23
// or later (go.dev/issue/37196).
//
// # What finds it
//
// The race detector sees a slice that is filled again while its receiver
// reads. A batch that comes late, cut in two, empty or not at all is seen by a
// test that counts, in a synctest bubble, where an hour takes no time.
package batching

import (
	"context"
	"iter"
	"time"
)

// Batches yields the values of in, in order, in batches of at most size (a
// size below 1 counts as 1) and never empty ones. A batch that is not full is
// yielded once maxAge has passed since its first value was received; a maxAge
// of 0 or less sets no such limit. The sequence ends when in is closed or ctx
// ends, with what is left as its last batch. Values that wait in the channel
// when ctx ends stay there, so their sender must heed ctx too.
//
// Each batch is a new slice and belongs to the receiver. While the receiver's
// loop body runs, nothing is received: the age of a value that waits in the
// channel is not measured. After a break, another range goes on with the next
// value, for every value that was received has been yielded.
func Batches[T any](
	ctx context.Context,
	in <-chan T,
	size int,
	maxAge time.Duration,
) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		age := time.NewTimer(maxAge)
		defer age.Stop()
		age.Stop() // it runs only while there is a batch
		var batch []T
		for open := true; open && ctx.Err() == nil; {
			select {
			case v, ok := <-in:
				if open = ok; !ok {
					continue
				}
				batch = append(batch, v)
				if len(batch) == 1 && maxAge > 0 {
					age.Reset(maxAge) // here only: it is the age of the first
				}
				if len(batch) < size {
					continue
				}
				age.Stop() // or it would yield the next batch too early
			case <-age.C:
			case <-ctx.Done():
				continue
			}
			if !yield(batch) {
				return
			}
			batch = nil // not batch[:0]: the receiver may have kept it
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}
