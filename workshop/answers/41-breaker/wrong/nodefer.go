// A panic goes past the line that tells how the call ended.
//
// FAILS: When three calls panicked, payments are refused: false
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
	trying bool      // one has passed, and its end is not known yet
	round  int       // grows with each change
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
	round, ok := b.begin()
	if !ok {
		return ErrOpen
	}
	err := call(ctx)
	b.end(round, judge(ctx, err))
	return err
}

// begin returns the round that a call belongs to, and whether it may pass.
func (b *Breaker) begin() (round int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.until.IsZero() {
		return b.round, true
	}
	if b.trying || time.Now().Before(b.until) {
		return 0, false
	}
	b.trying = true
	b.round++
	return b.round, true
}

func (b *Breaker) end(round int, r result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if round != b.round {
		return // from before
	}
	switch r {
	case works:
		b.inARow = 0
		if b.trying {
			b.turn(time.Time{})
		}
	case fault:
		b.inARow++
		if b.trying || b.inARow >= b.faults {
			b.turn(time.Now().Add(b.pause))
		}
	case unknown:
		if b.trying {
			b.turn(b.until)
		}
	}
}

// turn begins a round.
func (b *Breaker) turn(until time.Time) {
	b.until, b.trying, b.inARow = until, false, 0
	b.round++
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
