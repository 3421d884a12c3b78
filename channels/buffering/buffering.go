// Package buffering shows what a channel with a buffer promises and what it
// does not, and six ways to expect too much. It belongs to part 3.2 of the
// guide.
//
// Without a buffer the two sides wait for each other: a send that is done was
// received. With a buffer of C a sender waits only when C values are there, a
// receiver only when none is, and what was sent may never be received.
//
// Who waits also decides what becomes visible. The Go memory model says:
//
//   - A send happens before the receive of that value is done. Always.
//   - Without a buffer a receive happens before the send of that value is done.
//   - With a buffer of C the k-th receive happens before the (k+C)-th send is
//     done. This edge is what makes a channel a semaphore.
//
// So the first buffer that somebody adds takes the second promise away:
//
//	caller                         worker
//	quit <- true   // cap 1: done at once
//	return total   // a race
//	                               total += size
//	                               <-quit
//
// # What to write
//
//   - Let a result travel with a value, from the sender to the receiver. That
//     edge holds for every capacity ([Tally]).
//   - A buffer has a size for a reason that can be written down: as many as
//     will ever be sent ([Failures]), or so many as may wait ([Outbox]).
//   - Who takes work into a buffer has promised it. There is one more thing to
//     wait for at the end: that it is done ([Outbox.Flush], [Outbox.Close]).
//   - Memory that goes round with the values: C in the channel, one with the
//     receiver and one with the sender make C+2 ([ReadAhead]).
//
// # What finds it
//
// The race detector follows these edges, and reports a missing one whichever
// side was faster. It has one blind spot: for a buffer of struct{} all places
// count as one (racenotify in runtime/chan.go), so it takes more to be ordered
// than is. Hence the int tokens of [WiderLimit]. A buffer that is too small is
// a deadlock on the day that it is full. Work that is lost at the end is no
// error to any of them.
package buffering

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Tally adds up sizes until stop is called, which returns the sum of those that
// were received by then. Call stop once.
func Tally(sizes <-chan int) (stop func() int) {
	quit := make(chan struct{})
	sum := make(chan int, 1)
	go func() {
		total := 0
		for {
			select {
			case size := <-sizes:
				total += size
			case <-quit:
				sum <- total
				return
			}
		}
	}()
	return func() int {
		close(quit)
		return <-sum
	}
}

// Failures checks all hosts at once and returns the errors, in no order. A
// check should heed its ctx; Failures waits for all of them.
func Failures(
	ctx context.Context,
	hosts []string,
	check func(ctx context.Context, host string) error,
) (all []error) {
	failures := make(chan error, len(hosts)) // one each: no check waits
	var checks sync.WaitGroup
	for _, host := range hosts {
		checks.Go(func() {
			if err := check(ctx, host); err != nil {
				failures <- fmt.Errorf("%s: %w", host, err)
			}
		})
	}
	checks.Wait()
	close(failures)
	for err := range failures {
		all = append(all, err)
	}
	return all
}

// An Outbox delivers values in the background, one after the other, in the
// order in which they were added. Add and Flush may be called concurrently.
type Outbox[T any] struct {
	entries chan entry[T]
	ended   chan struct{}
}

type entry[T any] struct {
	value   T
	flushed chan<- struct{} // nil for a value
}

// NewOutbox returns an Outbox that takes as many as size values ahead of
// deliver. It has a goroutine, which ends with Close.
func NewOutbox[T any](size int, deliver func(T)) *Outbox[T] {
	o := &Outbox[T]{make(chan entry[T], size), make(chan struct{})}
	go func() {
		defer close(o.ended)
		for e := range o.entries {
			if e.flushed != nil {
				close(e.flushed)
				continue
			}
			deliver(e.value)
		}
	}()
	return o
}

// Add returns nil when v has a place: it will be delivered, if somebody calls
// Close or Flush before the program ends. Else the error is the cause of ctx.
func (o *Outbox[T]) Add(ctx context.Context, v T) error {
	return o.add(ctx, entry[T]{value: v})
}

// Flush returns nil when all that was added before is delivered.
func (o *Outbox[T]) Flush(ctx context.Context) error {
	flushed := make(chan struct{})
	// A channel is a queue: who takes this entry has taken all before it.
	if err := o.add(ctx, entry[T]{flushed: flushed}); err != nil {
		return err
	}
	select {
	case <-flushed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (o *Outbox[T]) add(ctx context.Context, e entry[T]) error {
	select {
	case o.entries <- e:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close delivers what is left and returns when that is done. Call it once, when
// no Add and no Flush is running or will follow.
func (o *Outbox[T]) Close() {
	close(o.entries)
	<-o.ended
}

// ReadAhead reads r in blocks of up to size bytes and closes the channel at the
// end of r, at its first error, or when ctx ends; failed says which of them,
// once the channel is closed. It reads ahead of the receiver by as many blocks
// as ahead, and one. It allocates that many blocks and one more, and uses them
// again: each is the receiver's until its next receive.
func ReadAhead(
	ctx context.Context,
	r io.Reader,
	size, ahead int,
) (blocks <-chan []byte, failed func() error) {
	out := make(chan []byte, ahead)
	var err error
	go func() {
		defer close(out)
		ring := make([][]byte, ahead+2) // in the channel, and at both its ends
		for i := range ring {
			ring[i] = make([]byte, size)
		}
		for sent := 0; err == nil; {
			block := ring[sent%len(ring)]
			n, readErr := r.Read(block)
			if n > 0 {
				select {
				case out <- block[:n]:
					sent++
				case <-ctx.Done():
					err = context.Cause(ctx)
					return
				}
			}
			if errors.Is(readErr, io.EOF) {
				return
			}
			if readErr != nil {
				err = fmt.Errorf("read ahead: %w", readErr)
			}
		}
	}()
	return out, func() error { return err }
}
