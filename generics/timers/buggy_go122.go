//go:build go1.22 && !go1.27

package timers

import "time"

// A Lease is for so long, unless it is renewed.
type Lease struct{ timer *time.Timer }

// NewLease returns a lease for d.
func NewLease(d time.Duration) *Lease {
	return &Lease{timer: time.NewTimer(d)}
}

// Renew makes the lease last d from now on. It is correct with the timers of
// Go 1.23.
func (l *Lease) Renew(d time.Duration) {
	// BUG(test, until go1.23): Lease.Renew leaves the value of the last deadline
	// in the channel: a lease that was just renewed has expired.
	l.timer.Reset(d)
}

// Expired is received from once, when the lease has ended.
func (l *Lease) Expired() <-chan time.Time { return l.timer.C }

// Handle handles events until none has come for so long, or their channel is
// closed. It is correct with the timers of Go 1.23.
func Handle(events <-chan func(), patience time.Duration) {
	for {
		select {
		case handle, ok := <-events:
			if !ok {
				return
			}
			handle()
		// BUG(test, until go1.23): Handle makes a timer at each turn, which the
		// runtime keeps until it fires: an hour of patience is an hour of them.
		case <-time.After(patience):
			return
		}
	}
}
