// Package done stops many goroutines at once by closing a channel, and shows
// three ways to get that wrong. It belongs to part 3.4 of the guide.
//
// A value goes to one receiver. A close goes to all, also to those who ask
// later: a receive from a closed channel never blocks (spec, "Receive
// operator"). So what stops is the close, and no value is ever sent:
//
//	caller                         watchers
//	done <- struct{}{}             first: <-done; return
//	return                         second: <-done   // for ever
//
// The done channel is older than context (blog "Go Concurrency Patterns:
// Pipelines and cancellation", 2014), and ctx.Done is one: read-only, closed by
// the cancel function, the deadline or the parent's end, and closed once.
//
// # What to write
//
//   - For a call: a ctx. It also carries why it ended, and a deadline.
//   - For an object that lives longer than any call: a [Signal] beside its
//     other fields. Close fires it, and each of its goroutines looks at it.
//   - Where one meets the other: [WithDone].
//   - Each send and each receive of a goroutine that is to stop stands in a
//     select with the channel ([Send]). A look at it between two sends is not
//     enough ([DeafProducer]).
//
// To be stopped is not to have stopped: whoever fires and needs the goroutines
// gone waits for them too, with a WaitGroup.
//
// # What finds it
//
// Goroutines that were not told are leaks: goleak, the goroutineleak profile
// and synctest see them. A second close panics; where two goroutines may close,
// it does so on the day both do ([CheckThenClose]).
package done

import (
	"context"
	"errors"
	"sync"
)

// ErrDone is the cause of a ctx that ended because its done channel was closed.
var ErrDone = errors.New("done channel was closed")

// A Signal tells any number of goroutines that something has happened, once
// and for all. The zero value is ready; a Signal must not be copied after its
// first use. Its methods may be called concurrently.
type Signal struct {
	made, fired sync.Once
	c           chan struct{}
}

// Fire closes the channel that Done returns. Every call after the first does
// nothing.
func (s *Signal) Fire() {
	s.Done() // there may have been no call of it
	s.fired.Do(func() { close(s.c) })
}

// Done returns the channel that Fire closes, the same one each time. Nothing
// is ever sent on it.
func (s *Signal) Done() <-chan struct{} {
	s.made.Do(func() { s.c = make(chan struct{}) })
	return s.c
}

// Send sends v on out unless done is closed first, and reports whether it has
// sent. If both can happen, either may. For a ctx, pass ctx.Done().
func Send[T any](done <-chan struct{}, out chan<- T, v T) bool {
	select {
	case out <- v:
		return true
	case <-done:
		return false
	}
}

// WithDone returns a ctx that also ends when done is closed, with the cause
// [ErrDone]. It costs a goroutine until the ctx ends: call cancel on every path.
func WithDone(
	parent context.Context,
	done <-chan struct{},
) (ctx context.Context, cancel context.CancelFunc) {
	ctx, end := context.WithCancelCause(parent)
	go func() {
		select {
		case <-done:
			end(ErrDone)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { end(nil) }
}
