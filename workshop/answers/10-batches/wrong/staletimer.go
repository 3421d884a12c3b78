// The timer of a batch that was full is still set, and sends the next batch
// early.
//
// FAILS: The wait of a batch begins with its first event
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
		batch = nil
	}
	for {
		select {
		case e, ok := <-in:
			if !ok {
				flush()
				return
			}
			if batch = append(batch, e); due == nil {
				due = time.After(wait)
			}
			if len(batch) == size {
				flush()
			}
		case <-due:
			due = nil
			flush()
		}
	}
}
