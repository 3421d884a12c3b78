// Package tee gives every value of one channel to several consumers, and shows
// three ways in which the consumers get in each other's way. It belongs to part
// 3.4 of the guide.
//
// A channel gives a value to one receiver. For each consumer to get each value
// it must be sent once to each, and the order of these sends is the trap: a
// fixed order waits for the first consumer while the second is the one who is
// ready.
//
//	tee                            consumer of both
//	first <- v   // blocks
//	                               <-second     // blocks: v comes there next
//
// # What to write
//
// [Tee], which offers a value to both consumers at once and takes the next one
// when both have it. A channel that has been served is set to nil, and a send
// on nil is a case that select never chooses.
//
// So the consumers are never more than one value apart, and the slower sets the
// pace of both. That is what a tee is for: nothing is lost and nothing piles
// up. Where a slow consumer must not hold up the rest, values are dropped or
// stored for it: see package broadcast.
//
// The consumers get the same value, not copies of it. What a slice, a map or a
// pointer refers to is shared from then on: nobody may write to it, and who must
// writes to a clone ([SharedSlice]).
//
// # What finds it
//
// A wrong order and a consumer that leaves make the others wait, which hang,
// deadlock and synctest report; [FixedOrder] only with consumers that wait for
// each other. Where a live ctx is in the select, the goroutineleak profile
// takes the wait for one that may end ([OneLeaves]). The shared write is for
// the race detector.
package tee

import (
	"context"
	"sync"
)

// Tee sends every value of in to both channels that it returns, in order, and
// closes both when in is closed or ctx ends. Once ctx has ended, one of them
// may have got a value more than the other.
//
// Nothing is buffered, so a consumer that stops receiving stops the other one.
// To leave early, cancel ctx, which ends both, or go on receiving. After
// cancel, values may be left in in: its sender must look at a ctx too. It
// costs one goroutine.
func Tee[T any](ctx context.Context, in <-chan T) (_, _ <-chan T) {
	first, second := make(chan T), make(chan T)
	go func() {
		defer close(first)
		defer close(second)
		for v, ok := receive(ctx, in); ok; v, ok = receive(ctx, in) {
			first, second := first, second // of this turn
			for first != nil || second != nil {
				select {
				case first <- v:
					first = nil
				case second <- v:
					second = nil
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return first, second
}

// N is Tee for any number of consumers. For each value it starts a goroutine
// for each of them; for two consumers Tee takes about half of the time.
// With n below 1, N returns nil and leaves in alone.
func N[T any](ctx context.Context, in <-chan T, n int) []<-chan T {
	if n < 1 {
		return nil
	}
	outs := make([]chan T, n)
	consumers := make([]<-chan T, n)
	for i := range outs {
		outs[i] = make(chan T)
		consumers[i] = outs[i]
	}
	go func() {
		for v, ok := receive(ctx, in); ok; v, ok = receive(ctx, in) {
			var all sync.WaitGroup
			for _, out := range outs {
				all.Go(func() {
					select {
					case out <- v:
					case <-ctx.Done():
					}
				})
			}
			all.Wait()
		}
		for _, out := range outs {
			close(out)
		}
	}()
	return consumers
}

// receive says false when in is closed or ctx has ended.
func receive[T any](ctx context.Context, in <-chan T) (v T, ok bool) {
	if ctx.Err() != nil { // of two that are ready, select takes any
		return v, false
	}
	select {
	case v, ok = <-in:
	case <-ctx.Done():
	}
	return v, ok
}
