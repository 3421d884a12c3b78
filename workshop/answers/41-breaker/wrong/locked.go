// The lock is held during the call: one customer pays after the other, at a bank
// that takes seconds.
//
// FAILS: one waits until the other has paid
package breaker

import (
	"context"
	"errors"
	"sync"
	"time"
)

var (
	// ErrOpen says that the server was not called, for it does not work.
	ErrOpen = errors.New("the server is not called for now")
	// Refused is in the chain of errors by which a server that works says no.
	Refused = errors.New("refused")
)

// A Breaker stands before one server. It may be used by many goroutines.
type Breaker struct {
	faults int
	pause  time.Duration

	mu     sync.Mutex
	inARow int       // faults
	until  time.Time // when it may be tried again; zero when it is closed
}

// New returns a breaker that is closed: all calls pass. It opens after so many
// faults in a row, and is open for pause.
func New(faults int, pause time.Duration) *Breaker {
	return &Breaker{faults: faults, pause: pause}
}

// Do calls call and returns its error, or, while the breaker is open, returns
// ErrOpen at once. Calls do not wait for each other.
//
//   - A fault is an error of the server, which may be too slow for ctx's
//     deadline, and a panic of call, which is passed on.
//   - nil is no fault, nor is an error with Refused in its chain: it ends the
//     row.
//   - An error when the caller has cancelled ctx says nothing of the server: it
//     does not count, and does not end a row.
//
// When the pause is over, one call at a time passes, to try; the others get
// ErrOpen. If it ends with a fault, the breaker is open for a pause more. If it
// says nothing, the next call tries. Otherwise the breaker is closed.
//
// How a call ends that had passed before the breaker last opened, closed or let
// one try, no longer counts.
func (b *Breaker) Do(ctx context.Context, call func(context.Context) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.until.IsZero() && time.Now().Before(b.until) {
		return ErrOpen
	}
	err := call(ctx)
	switch judge(ctx, err) {
	case works:
		b.inARow, b.until = 0, time.Time{}
	case fault:
		if b.inARow++; b.inARow >= b.faults {
			b.until = time.Now().Add(b.pause)
		}
	}
	return err
}

// A result is what the end of a call says of the server.
type result int

const (
	fault result = iota
	works
	unknown
)

func judge(ctx context.Context, err error) result {
	switch {
	case err == nil, errors.Is(err, Refused):
		return works
	case errors.Is(ctx.Err(), context.Canceled):
		return unknown
	default:
		return fault
	}
}
