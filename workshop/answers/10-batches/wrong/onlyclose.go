// The rest is sent. The other three are still there, and the empty requests as
// well.
//
// FAILS: not 13s
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
	batch := make([]Event, 0, size)
	ticker := time.NewTicker(wait)
	defer ticker.Stop()
	for {
		select {
		case e, ok := <-in:
			if !ok {
				send(batch)
				return
			}
			batch = append(batch, e)
			if len(batch) == size {
				send(batch)
				batch = batch[:0]
			}
		case <-ticker.C:
			send(batch)
			batch = batch[:0]
		}
	}
}
