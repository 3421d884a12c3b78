// Package nilchan switches the cases of a select off and on with a nil channel,
// and shows five ways to miss. It belongs to part 3.5 of the guide.
//
// A closed channel is always ready: it yields its zero value as often as it is
// asked. So a select in a loop has to get rid of an input that has ended, or
// it does nothing else any more:
//
//	orders                         the loop
//	close(orders)
//	                               case id := <-orders   // 0, false
//	                               case id := <-orders   // 0, false
//	                               case id := <-orders   // 0, false …
//
// A nil channel is never ready, neither for a send nor for a receive. A select
// skips it, and the loop keeps its shape. The channel itself is not touched:
// only this goroutine's variable is.
//
// # What to write
//
//   - An input has ended: set its variable to nil, and leave the loop when all
//     of them are nil ([Merge]).
//   - There is nothing to send, or no room to receive: give the case a variable
//     that is nil for this turn ([Queue], [Latest]).
//   - A timeout that may be none: a nil channel of time.Time. A pause: the same
//     for the input.
//
// A select evaluates the channels of all its cases and the values of all its
// sends, in source order, before it chooses (spec, "Select statements"). A nil
// channel switches the send off, not the expression behind it: [EagerHead].
//
// # What finds it
//
// A loop that spins is no error to any detector: it costs a CPU, and a test
// must count. Inside testing/synctest it stops the clock, for time passes only
// while all goroutines of the bubble wait; such a test runs into its timeout.
// A loop whose cases are all nil waits for ever. Where a ctx is among the
// cases it only ends too late.
package nilchan

import "context"

// Merge sends the values of a and of b until both are closed, then it closes
// the channel that it returns; earlier if ctx ends. The values of one input
// keep their order. A nil input counts as closed. Who leaves before the end
// cancels ctx; one value may be lost then.
//
// It costs one goroutine. For any number of inputs see the package fanin.
func Merge[T any](ctx context.Context, a, b <-chan T) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		for a != nil || b != nil {
			var v T
			var ok bool
			select {
			case v, ok = <-a:
				if !ok {
					a = nil
					continue
				}
			case v, ok = <-b:
				if !ok {
					b = nil
					continue
				}
			case <-ctx.Done():
				return
			}
			select {
			case out <- v:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Queue sends the values of in, in order, and holds up to limit of them that
// nobody has received yet; a limit below 1 is none. It closes the channel that
// it returns when in is closed and the last value was received, or when ctx
// ends: what it still holds is lost then.
//
// A buffered channel does the same with less, if limit is known and small: its
// memory is there from the beginning, and a Queue's grows with what it holds.
// Without a limit a slow receiver costs memory, not speed, and nobody is told.
func Queue[T any](ctx context.Context, in <-chan T, limit int) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		var held []T
		for in != nil || len(held) > 0 {
			var zero, head T
			var receiver chan<- T // nil: nothing to send
			if len(held) > 0 {
				receiver, head = out, held[0]
			}
			sender := in
			if limit > 0 && len(held) >= limit {
				sender = nil // no room: let it wait
			}
			select {
			case v, ok := <-sender:
				if !ok {
					in = nil
					continue
				}
				held = append(held, v)
			case receiver <- head:
				held[0] = zero // the array lives on, the value need not
				held = held[1:]
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Latest sends the newest value of in that was not sent yet: a receiver who is
// late misses the ones between, and the sender never waits for it. It closes
// the channel that it returns when in is closed and its last value received,
// or when ctx ends.
func Latest[T any](ctx context.Context, in <-chan T) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		var newest T
		var receiver chan<- T // nil: the newest was sent, or there is none
		for in != nil || receiver != nil {
			select {
			case v, ok := <-in:
				if !ok {
					in = nil
					continue
				}
				newest, receiver = v, out
			case receiver <- newest:
				receiver = nil
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
