// Package closing shows who may close a channel, when not to close at all,
// and six ways to get it wrong. It belongs to part 3.5 of the guide.
//
// A close tells the receivers that no more values come. Only the sender knows
// that. To a sender a closed channel is no message but a panic, and there is no
// way to ask first: between the look and the send, another closes.
//
//	sender                         closer
//	if !closed.Load()   // false
//	                               closed.Store(true)
//	                               close(jobs)
//	jobs <- job         // panic: send on closed channel
//
// # What to write
//
//   - One sender: it makes the channel, sends, closes and returns the receiving
//     end only, so nobody else can close it ([Lines]).
//   - Many senders whose number is known: none of them is the last by its own
//     knowledge. A WaitGroup knows, and who waits for it closes ([Gather]).
//   - A signal that many may give: a channel of its own on which nobody sends,
//     closed through sync.OnceFunc ([Stopper]).
//   - Senders that come and go: do not close what they send on. Close a second
//     channel beside it, and let every send and receive look at both
//     ([Mailbox]).
//   - A receiver that has had enough does not close either: it cancels a ctx.
//
// The guide says to guard the close by a sync.Once. That ends the panic of a
// second close and leaves the other one: a Once does not make a sender wait. A
// channel needs no close to be collected; it is not a file.
//
// # What a close publishes
//
// A close happens before a receive that returns because of it (Go memory
// model). So whatever the sender wrote before it closed, an error for example,
// can be read after the loop without a lock. [LateError] writes it too late.
//
// # What finds it
//
// The panic, once it happens: it ends the process where nobody recovers on
// that goroutine. The race detector takes a close for a write and a send for a
// read, and reports the two in runs that do not panic as well. Of two closes
// it says nothing, for the second panics before it counts as a write. Nothing
// sees a missing close but those who look for a goroutine that waits for it.
package closing

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
)

// ErrClosed says that the Mailbox has been closed.
var ErrClosed = errors.New("mailbox closed")

// Lines sends the lines of r, in order, and closes the channel at the end of r,
// at its first error, or when ctx has ended. Who leaves before that cancels
// ctx. A Read that blocks must be ended by closing r.
//
// After the channel is closed, and not before, failed says why: nil means the
// end of r.
func Lines(
	ctx context.Context,
	r io.Reader,
) (lines <-chan string, failed func() error) {
	out := make(chan string)
	var err error
	go func() {
		defer close(out) // last, for it publishes err
		s := bufio.NewScanner(r)
		for s.Scan() {
			select {
			case out <- s.Text():
			case <-ctx.Done():
				err = context.Cause(ctx)
				return
			}
		}
		if s.Err() != nil {
			err = fmt.Errorf("read a line: %w", s.Err())
		}
	}()
	return out, func() error { return err }
}

// Gather runs through all sources at once, sends their values and closes the
// channel after the last one's end. The values of one source keep their order.
// Who leaves earlier cancels ctx; a source that blocks must look at it too.
// A source must not panic.
//
// It costs a goroutine for each source, and one that waits for them.
func Gather[T any](ctx context.Context, sources ...iter.Seq[T]) <-chan T {
	out := make(chan T)
	var senders sync.WaitGroup
	for _, source := range sources {
		senders.Go(func() {
			for v := range source {
				select {
				case out <- v:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		senders.Wait()
		close(out)
	}()
	return out
}

// Stopper returns a signal and the function that gives it. Anybody may call
// stop, at any time and as often as they like; every call returns after the
// signal was given. Where there is a ctx, context.WithCancel is the same.
func Stopper() (stop func(), stopped <-chan struct{}) {
	signal := make(chan struct{})
	return sync.OnceFunc(func() { close(signal) }), signal
}

// A Mailbox takes values from any number of senders to any number of
// receivers, until somebody closes it. All methods may be called concurrently.
type Mailbox[T any] struct {
	values chan T // never closed: a sender may be on its way
	stop   func()
	closed <-chan struct{}
}

// NewMailbox returns an open Mailbox. It holds no value and no goroutine.
func NewMailbox[T any]() *Mailbox[T] {
	stop, stopped := Stopper()
	return &Mailbox[T]{make(chan T), stop, stopped}
}

// Send returns nil when a receiver has v. Otherwise nobody has it, and the
// error is ErrClosed or the cause of ctx. On a buffered channel nil would mean
// less: a value in the buffer is lost when the Mailbox closes.
func (m *Mailbox[T]) Send(ctx context.Context, v T) error {
	select {
	case <-m.closed: // else a waiting receiver might still be chosen
		return ErrClosed
	default:
	}
	select {
	case m.values <- v:
		return nil
	case <-m.closed:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Receive returns the next value, ErrClosed or the cause of ctx.
func (m *Mailbox[T]) Receive(ctx context.Context) (T, error) {
	var zero T
	select {
	case v := <-m.values:
		return v, nil
	case <-m.closed:
		return zero, ErrClosed
	case <-ctx.Done():
		return zero, context.Cause(ctx)
	}
}

// Close ends all calls that wait, and all later ones. A second Close does
// nothing. No goroutine has to be there to receive.
func (m *Mailbox[T]) Close() { m.stop() }
