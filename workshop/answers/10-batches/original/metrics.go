// Package metrics sends what customers do to the analysts, in batches.
//
// # What people see
//
// The shop counts 10,000 orders, the analysts 9,981, and on some days an order
// twice while another is missing. On each deployment a few events are lost. And
// the analysts' server complains of empty requests, all night long.
//
// # Your task
//
// Batch must do what its comment says.
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
	batch := make([]Event, 0, size)
	ticker := time.NewTicker(wait)
	defer ticker.Stop()
	for {
		select {
		case e, ok := <-in:
			if !ok {
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
