// Each event starts the wait anew: as long as they keep coming, nothing is
// sent.
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
		batch, due = nil, nil
	}
	for {
		select {
		case e, ok := <-in:
			if !ok {
				flush()
				return
			}
			batch = append(batch, e)
			due = time.After(wait)
			if len(batch) == size {
				flush()
			}
		case <-due:
			flush()
		}
	}
}
