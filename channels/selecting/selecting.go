// Package selecting waits for several things at once, and shows six ways to
// wait for the wrong one. It belongs to part 3.3 of the guide.
//
// A select evaluates all its channels, blocks until at least one case can go
// on, and takes one of those at random, each with the same probability. The
// order of the cases means nothing. A default makes it a question: it never
// blocks.
//
// The guide's listing has a time.After among its cases. Once, that is a
// timeout. In a loop it is a new one at every turn, and it fires only if
// nothing happens for that long:
//
//	events                         the loop
//	                               time.After(1 s)   // the first
//	at 0.9 s: an event
//	                               time.After(1 s)   // the second
//	at 1.8 s: an event
//	                               time.After(1 s)   // and so on
//
// # What to write
//
//   - The first of several, or a timeout: [Either].
//   - A question that does not wait: [TrySend], [TryReceive].
//   - So long for the whole loop: one timer, made before it ([Collect]). So
//     long for each event: one timer, reset at each ([UntilIdle]).
//   - The urgent first: ask for it alone, then for all ([Prioritise]).
//
// Between the look for the urgent and the one for all an urgent value may come,
// and one normal value overtake it. No select does better: that value might as
// well have come an instant later.
//
// Many texts say that time.After in a loop leaks its timers until they fire.
// That ended with Go 1.23: a timer that nobody refers to is collected, and
// Reset and Stop leave no old value to be drained (go.dev/wiki/Go123Timer).
// The timeout that never fires is still there.
//
// # What finds it
//
// staticcheck sees a break that leaves only the select, and an empty default in
// an endless loop. To wait for one channel where two may be ready is a deadlock
// ([LenFirst]). What merely happens too late, too often or in the wrong order
// is no error to a detector: it takes a test.
package selecting

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrTimeout says that what was awaited did not come in time.
	ErrTimeout = errors.New("timeout")
	// ErrEmpty says that there is no value now, and there may be one later.
	ErrEmpty = errors.New("empty")
	// ErrClosed says that a channel was closed.
	ErrClosed = errors.New("closed")
)

// Either returns the next value of a or b, whichever comes first, ErrTimeout if
// none comes within patience, ErrClosed if one is closed, or the cause of ctx.
// If several are ready at once, chance decides.
func Either[T any](
	ctx context.Context,
	a, b <-chan T,
	patience time.Duration,
) (v T, err error) {
	var open bool
	select {
	case v, open = <-a:
	case v, open = <-b:
	case <-time.After(patience):
		return v, ErrTimeout
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
	if !open {
		err = ErrClosed
	}
	return v, err
}

// TrySend sends v if that is possible at once: a receiver waits, or the buffer
// has room. Else nobody has v, and it returns false. It panics if c is closed.
func TrySend[T any](c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	default:
		return false
	}
}

// TryReceive returns a value if there is one at once, else ErrEmpty or
// ErrClosed.
func TryReceive[T any](c <-chan T) (v T, err error) {
	select {
	case v, open := <-c:
		if !open {
			return v, ErrClosed
		}
		return v, nil
	default:
		return v, ErrEmpty
	}
}

// Collect returns what has come from in when it is closed, and so much as has
// come, with an error, after limit (ErrTimeout) or when ctx ends (its cause).
// A value that was ready at that moment may be among them.
func Collect[T any](
	ctx context.Context,
	in <-chan T,
	limit time.Duration,
) (all []T, err error) {
	timeout := time.After(limit) // before the loop, for the whole of it
	for {
		select {
		case v, open := <-in:
			if !open {
				return all, nil
			}
			all = append(all, v)
		case <-timeout:
			return all, ErrTimeout
		case <-ctx.Done():
			return all, context.Cause(ctx)
		}
	}
}

// UntilIdle hands the values of in to handle, one after the other. It returns
// nil when in is closed, ErrTimeout when no value came for so long as idle
// after the last was handled, or the cause of ctx.
func UntilIdle[T any](
	ctx context.Context,
	in <-chan T,
	idle time.Duration,
	handle func(T),
) error {
	t := time.NewTimer(idle)
	defer t.Stop()
	for {
		select {
		case v, open := <-in:
			if !open {
				return nil
			}
			handle(v)
			t.Reset(idle) // also if it has fired meanwhile
		case <-t.C:
			return ErrTimeout
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Prioritise hands the values of both channels to handle, one after the other,
// the urgent ones first. After burst urgent ones in a row a waiting normal one
// has its turn, so that none starves; a burst below 1 counts as 1. It returns
// nil when both are closed, or the cause of ctx, which goes before any value.
func Prioritise[T any](
	ctx context.Context,
	urgent, normal <-chan T,
	burst int,
	handle func(T),
) error {
	row := 0 // urgent values since the last normal one
	for urgent != nil || normal != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		first := urgent
		if row >= max(burst, 1) {
			first = normal
		}
		var v T
		var open, isUrgent bool
		select {
		case v, open = <-first:
			isUrgent = first == urgent
		default:
			select {
			case v, open = <-urgent:
				isUrgent = true
			case v, open = <-normal:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		switch {
		case open && isUrgent:
			row++
			handle(v)
		case open:
			row = 0
			handle(v)
		case isUrgent:
			urgent = nil
		default:
			normal = nil
		}
	}
	return nil
}
