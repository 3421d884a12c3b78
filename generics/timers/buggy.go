package timers

import "time"

// Flush calls flush whenever no event has come for a while, until events is
// closed. Compare [Watch].
func Flush(events <-chan string, quiet time.Duration, flush func()) {
	t := time.NewTimer(quiet)
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		case <-t.C:
			flush()
		}
		if !t.Stop() {
			// BUG(deadlock, hang, leakprofile, synctest): Flush drains its timer
			// after it has received the value: there is no second, so it waits
			// for ever after the first flush.
			<-t.C
		}
		t.Reset(quiet)
	}
}

// Expire deletes what is too old, until the budget is spent or nothing is left.
// Compare [Sweep].
func Expire(budget time.Duration, deleteOldest func() (more bool)) {
	t := time.NewTimer(budget)
	// BUG(hang, since go1.23): Expire polls the length of a timer's channel,
	// which is 0 always: the budget is never spent.
	for len(t.C) == 0 {
		if !deleteOldest() {
			return
		}
	}
}
