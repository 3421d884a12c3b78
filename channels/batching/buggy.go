package batching

import "time"

// LostRest writes rows to a database, size at a time. Compare [Batches]. It
// may use its slice again, as insert has returned by then and keeps nothing.
func LostRest(rows <-chan string, size int, insert func([]string)) {
	batch := make([]string, 0, size)
	for row := range rows {
		batch = append(batch, row)
		if len(batch) == size {
			insert(batch)
			batch = batch[:0]
		}
	}
	// BUG(test): LostRest returns with a batch that is not full, and its rows
	// are never inserted.
}

// ReusedSlice sends log lines in batches to whoever ships them. Compare
// [Batches].
func ReusedSlice(lines <-chan string, size int) <-chan []string {
	batches := make(chan []string)
	go func() {
		defer close(batches)
		batch := make([]string, 0, size)
		for line := range lines {
			batch = append(batch, line)
			if len(batch) == size {
				batches <- batch
				// BUG(race): ReusedSlice fills the slice again that its
				// receiver reads: a batch turns into the next one.
				batch = batch[:0]
			}
		}
		if len(batch) > 0 {
			batches <- batch
		}
	}()
	return batches
}

// RestartedTimer sends metrics in batches, each after a second at most, says
// its author. Compare [Batches].
func RestartedTimer(
	points <-chan int,
	size int,
	maxAge time.Duration,
	send func([]int),
) {
	var batch []int
	for {
		select {
		case p, ok := <-points:
			if !ok {
				send(batch)
				return
			}
			if batch = append(batch, p); len(batch) < size {
				continue
			}
		// BUG(hang): RestartedTimer waits anew after each point, so while
		// points trickle in, it sends none of them until the batch is full.
		case <-time.After(maxAge):
		}
		if len(batch) > 0 {
			send(batch)
			batch = nil
		}
	}
}

// ScheduledFlush sends audit events in batches, every so often. Compare
// [Batches], whose timer runs only while there is something to send.
func ScheduledFlush(
	events <-chan string,
	size int,
	every time.Duration,
	send func([]string),
) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var batch []string
	for {
		select {
		case e, ok := <-events:
			if !ok {
				send(batch)
				return
			}
			if batch = append(batch, e); len(batch) < size {
				continue
			}
		case <-tick.C:
		}
		// BUG(test): ScheduledFlush sends when its clock says so: an empty
		// batch, or one cut short a moment after its first event.
		send(batch)
		batch = nil
	}
}
