// Nothing is lost and nothing is empty, but the ticker beats from the start of
// Batch, so batches go early and half full.
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
	ticker := time.NewTicker(wait)
	defer ticker.Stop()
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
			if batch = append(batch, e); len(batch) == size {
				flush()
			}
		case <-ticker.C:
			flush()
		}
	}
}
