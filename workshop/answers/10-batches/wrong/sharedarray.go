// Timed as it should be, but all batches share one array: what send keeps is
// written over.
//
// FAILS: send may keep what it was given
package metrics

import "time"

// An Event is something that a customer did.
type Event struct{ ID int }

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
		batch, due = batch[:0], nil
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
