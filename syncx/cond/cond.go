// Package cond waits by a sync.Cond for a state that several fields make up,
// and shows four ways to sleep through its change. It belongs to part 6.1 of
// the guide.
//
// A Cond is a list of sleeping goroutines and knows nothing of what they wait
// for. A Signal that finds nobody asleep is lost, and to be woken says only
// that it is time to look again. So the condition is a variable under the
// lock, and every change of it holds that lock, even if the variable is atomic:
//
//	request                        start-up
//	mu.Lock()
//	ready.Load() // false
//	                               ready.Store(true)
//	                               changed.Broadcast() // to nobody
//	changed.Wait() // for ever
//
// # What to write
//
// A channel, in most cases, for a select can await it beside ctx. A Cond cannot
// be closed, has no direction and wakes no select.
//
//   - Values are handed on, one by one: a channel with a buffer.
//   - One event, and all must know: a channel that is closed.
//   - So many may work at once: a channel as a semaphore, or an errgroup.
//   - The wait is for what several fields say, and it comes again and again: a
//     Cond. [Buffer] has room by bytes, and gives all it has at once; a channel
//     counts values, and gives one.
//
// And then:
//
//   - Wait stands in a for loop that asks for the condition.
//   - Who changes the condition holds the lock, then or still, when it wakes.
//   - Broadcast is right wherever Signal is. Signal is right only if all wait
//     for the same, and one of them is enough for each change.
//   - context.AfterFunc ends a wait with its ctx, and takes the lock too, or
//     its Broadcast may come just before the Wait ([Buffer.Put]).
//
// # What finds it
//
// A goroutine that sleeps through a change is a deadlock like others: synctest,
// the goroutineleak profile and the runtime's own report see it, since Wait
// blocks durably. The race detector does not: every access is under the lock,
// or atomic. So the test must bring both sides to the bad moment, by a function
// that is called under the lock, just before the Wait. No linter reports any.
package cond

import (
	"context"
	"errors"
	"sync"
)

var (
	// ErrClosed says that a buffer takes no more lines, or has none left.
	ErrClosed = errors.New("buffer is closed")
	// ErrTooLong says that a line is longer than the whole buffer.
	ErrTooLong = errors.New("line is longer than the buffer")
)

// A Buffer holds lines on their way to a slower writer. It is full when it
// holds so many bytes. Make it by [NewBuffer]. Its methods may be called
// concurrently.
type Buffer struct {
	mu      sync.Mutex
	changed *sync.Cond // lines, size or closed
	lines   []string
	size    int // of all lines, in bytes
	limit   int
	closed  bool
}

// NewBuffer returns an empty buffer for so many bytes.
func NewBuffer(limit int) *Buffer {
	b := &Buffer{limit: limit}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// Put adds a line when there is room for it. It returns [ErrTooLong] if there
// never will be, [ErrClosed] after Close, and the cause of ctx's end if that
// comes first. Who waits does so in no particular order: a short line may
// overtake a long one, for ever if there are enough of them.
func (b *Buffer) Put(ctx context.Context, line string) error {
	if len(line) > b.limit {
		return ErrTooLong
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.await(ctx, func() bool {
		return b.closed || b.size+len(line) <= b.limit
	})
	switch {
	case err != nil:
		return err
	case b.closed:
		return ErrClosed
	}
	b.lines = append(b.lines, line)
	b.size += len(line)
	b.changed.Broadcast()
	return nil
}

// Take waits for a line and returns all that are there, in the order in which
// they were put. After Close it returns the rest, and then [ErrClosed]. If it
// has to wait and ctx ends, it returns the cause of that.
func (b *Buffer) Take(ctx context.Context) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.await(ctx, func() bool { return b.closed || len(b.lines) > 0 })
	switch {
	case err != nil:
		return nil, err
	case len(b.lines) == 0:
		return nil, ErrClosed
	}
	lines := b.lines
	b.lines, b.size = nil, 0
	b.changed.Broadcast() // there may be room for several
	return lines, nil
}

// Close lets no line in any more. It may be called more than once.
func (b *Buffer) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.changed.Broadcast()
}

// await returns nil when ready returns true, or the cause of ctx's end. Its
// caller holds the lock, and ready is called under it. A wait costs what
// context.AfterFunc does, and each change, and each ctx that ends, wakes all.
func (b *Buffer) await(ctx context.Context, ready func() bool) error {
	if ready() {
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock() // or this may come between Err and Wait
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})
	defer stop()
	for !ready() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b.changed.Wait()
	}
	return nil
}
