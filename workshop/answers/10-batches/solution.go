// Package metrics sends what customers do to the analysts, in batches.
//
// What was wrong: the rest at the end was dropped; empty batches went out; the
// ticker did not care when a batch began, so batches went early, half full; and
// batch[:0] kept the array that send had been given, so the next events were
// written over those on their way.
//
// due is nil while there is nothing to wait for, and a nil channel in a select
// is a case that is never ready. Since Go 1.23 a timer that nobody refers to is
// collected, so the one of a batch that was full needs no Stop.
package metrics

import "time"

// An Event is something that a customer did.
type Event struct{ ID int }

// Batch hands events to send, in order, in batches of size. A batch that is not
// full is sent when the first event in it has waited for the time wait, and
// when in is closed; an empty one is never sent. Batch returns when in is
// closed and all is sent. What send was given, it may keep.
func Batch(
	in <-chan Event,
	size int,
	wait time.Duration,
	send func([]Event),
) {
	var batch []Event
	var due <-chan time.Time // nil while batch is empty: never ready
	flush := func() {
		if len(batch) > 0 {
			send(batch)
		}
		batch, due = nil, nil
	}
	for {
		select {
		case e, ok := <-in:
			if !ok {
				flush()
				return
			}
			if batch = append(batch, e); len(batch) == 1 {
				due = time.After(wait)
			}
			if len(batch) == size {
				flush()
			}
		case <-due:
			flush()
		}
	}
}
