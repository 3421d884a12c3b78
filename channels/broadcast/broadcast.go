// Package broadcast sends each value to many subscribers, and shows three ways
// in which one of them stops the publisher or ends the process. It is an
// addition to part 3 of the guide.
//
// A value sent to a channel is received once. To reach many takes a channel
// each, and with it two questions: what becomes of a subscriber that is slow,
// and how does one leave while it is sent to? Without an answer to the first,
// the slowest decides; the usual answer to the second is a panic or a deadlock:
//
//	publisher                            subscriber
//	subs := copy of the list
//	                                     Unsubscribe: remove, close(ch)
//	for each ch of subs { ch <- v }      // panic: send on closed channel
//
//	lock; ch <- v  // the buffer is full
//	                                     Unsubscribe: lock  // for ever
//
// # What to write
//
// [Hub] has a [Policy] for each subscriber that is slow. A subscriber leaves
// when its ctx ends; there is no Unsubscribe to forget. Each has a turn: whoever
// sends to its channel or closes it must hold the turn, so no send meets a
// closed channel. To close it, the hub first wakes a send that is blocked and
// holds the turn. The turn is a channel and no mutex, for Publish must not wait
// longer than its ctx lives.
//
// Where only the newest state counts, such as a configuration, [Latest] does
// without subscribers: closing a channel is the one operation that all its
// receivers notice.
//
// # What finds it
//
// Most of these bugs show only when a subscriber is slow, or leaves, at the
// wrong moment. Test with one that never receives. A lock held during a send is
// invisible to synctest, for which a wait for a mutex does not count, and to
// goleak while Unsubscribe hangs; the runtime's deadlock report and the
// goroutineleak profile see it.
package broadcast

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// ErrClosed says that the hub has been closed.
var ErrClosed = errors.New("hub is closed")

// A Policy says what happens when a subscriber's buffer is full.
type Policy int

const (
	// DropOldest drops the value that has waited longest.
	DropOldest Policy = iota
	// DropSubscriber closes the subscriber's channel once, instead of leaving
	// holes: it still receives what is in the buffer, and may subscribe anew.
	DropSubscriber
	// Block makes Publish wait, and with it all other subscribers.
	Block
)

// A Hub sends each published value to all who are subscribed. Its methods may
// be called concurrently, the zero value is ready, and it has no goroutine.
type Hub[T any] struct {
	mu     sync.Mutex
	closed bool
	subs   map[*subscriber[T]]struct{}
}

// Subscribe returns a channel for the values published from now on, with a
// buffer of its own (below 1 counts as 1). What happens when the buffer is full,
// the [Policy] slow says. The hub closes the channel soon after ctx has ended,
// when the hub is closed, or when [DropSubscriber] drops it.
func (h *Hub[T]) Subscribe(
	ctx context.Context,
	buffer int,
	slow Policy,
) <-chan T {
	s := &subscriber[T]{
		values: make(chan T, max(buffer, 1)),
		gone:   make(chan struct{}),
		turn:   make(chan struct{}, 1),
		slow:   slow,
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(s.values)
		return s.values
	}
	if h.subs == nil {
		h.subs = make(map[*subscriber[T]]struct{})
	}
	h.subs[s] = struct{}{}
	stop := context.AfterFunc(ctx, func() { h.drop(s) })
	s.leave = sync.OnceFunc(func() {
		stop()
		close(s.gone)        // first: a send that blocks has the turn
		s.turn <- struct{}{} // for good: nobody sends any more
		close(s.values)
	})
	return s.values
}

// Publish sends v to all subscribers. With policy Block it waits for those
// that are slow, and returns the cause of ctx's end if that comes first; then
// some have received v and some have not. Values published by one goroutine
// arrive in that order. It costs a copy of the list of subscribers.
func (h *Hub[T]) Publish(ctx context.Context, v T) error {
	h.mu.Lock()
	closed, subs := h.closed, slices.Collect(maps.Keys(h.subs))
	h.mu.Unlock() // not held while sending: anybody may come and leave
	if closed {
		return ErrClosed
	}
	for _, s := range subs {
		if s.send(ctx, v) {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h.drop(s)
	}
	return nil
}

// Close closes all channels and wakes each Publish that waits, which returns
// nil. Further calls
// of Publish return [ErrClosed], those of Subscribe a closed channel.
func (h *Hub[T]) Close() {
	h.mu.Lock()
	subs := h.subs
	h.closed, h.subs = true, nil
	h.mu.Unlock()
	for s := range subs {
		s.leave()
	}
}

func (h *Hub[T]) drop(s *subscriber[T]) {
	h.mu.Lock()
	delete(h.subs, s)
	h.mu.Unlock()
	s.leave()
}

type subscriber[T any] struct {
	slow   Policy
	gone   chan struct{} // closed before values is: ends a send
	leave  func()
	turn   chan struct{} // guards values; unlike for a mutex, one can stop waiting
	values chan T
}

// send reports false if the subscriber has left or must leave, or ctx ended.
func (s *subscriber[T]) send(ctx context.Context, v T) bool {
	select {
	case s.turn <- struct{}{}:
	case <-s.gone:
		return false
	case <-ctx.Done():
		return false
	}
	defer func() { <-s.turn }()
	select {
	case <-s.gone: // of two that are ready, select takes any
		return false
	default:
	}
	for {
		select {
		case s.values <- v:
			return true
		default:
		}
		switch s.slow {
		case DropSubscriber:
			return false
		case DropOldest:
			select {
			case <-s.values: // the next try succeeds: nobody else sends
			default: // its owner was faster
			}
		default:
			select {
			case s.values <- v:
				return true
			case <-s.gone:
				return false
			case <-ctx.Done():
				return false
			}
		}
	}
}
