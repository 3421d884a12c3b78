// Package retry calls what fails at times.
//
// # What people see
//
// When the price service restarts, requests of the shop fail: nobody tries a
// second time. The first attempt to change that made it worse. It slept between
// calls, so that customers who had left were still waited for; it tried ten
// times what could never work; and its error said "giving up", but not why.
//
// # Your task
//
// Write Retry, as its comment says. The test is the specification.
package retry

import (
	"context"
	"errors"
	"time"
)

// Permanent is in the chain of errors that the next call would return as well.
var Permanent = errors.New("permanent")

// Retry calls call until it succeeds, at most attempts times. Between two calls
// it waits: pause after the first, and twice as long after each further one. It
// returns nil, or the error of the last call, wrapped.
//
//   - An error with [Permanent] in its chain is returned at once.
//   - When ctx ends, Retry returns at once, with an error in which errors.Is
//     finds ctx's error and that of the last call.
//   - If ctx's deadline comes before the next call would begin, Retry does not
//     wait for that: it returns at once, with [context.DeadlineExceeded] and
//     the error of the last call.
func Retry(
	ctx context.Context,
	attempts int,
	pause time.Duration,
	call func(context.Context) error,
) error {
	panic("Retry is yours to write")
}
