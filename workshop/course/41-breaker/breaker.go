// Package breaker keeps a shop from waiting for a bank that does not answer.
//
// # What people see
//
// When the bank is down each payment takes thirty seconds to fail, all servers
// fill with payments that wait, and the shop is down as well. The breaker that
// was tried first made new troubles. Ten customers with an expired card closed
// the shop for everybody. When the bank came back, a thousand payments came at
// once, and it went down again. And once, the customer whose payment was the one
// to try had closed his browser, and the shop never paid again until a restart.
//
// # Your task
//
// Write New and Do, as their comments say. The test is the specification.
package breaker

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrOpen says that the server was not called, for it does not work.
	ErrOpen = errors.New("the server is not called for now")
	// Refused is in the chain of errors by which a server that works says no.
	Refused = errors.New("refused")
)

// A Breaker stands before one server. It may be used by many goroutines.
type Breaker struct{}

// New returns a breaker that is closed: all calls pass. It opens after so many
// faults in a row, and is open for pause.
func New(faults int, pause time.Duration) *Breaker {
	panic("New is yours to write")
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
	panic("Do is yours to write")
}
