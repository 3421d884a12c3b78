// Package once does what a client asks for once, however often it asks.
//
// # What people see
//
// The app pays, hears nothing for ten seconds, and sends the same payment again,
// with the same key, as it was told to. Some customers pay twice: the first
// payment was still on its way. Others never pay, and get an error for a day: the
// bank was down for a minute, and that is what was remembered. And where the
// customer closed the app, the payment was broken off in the middle.
//
// # Your task
//
// Write New, Do and Len, as their comments say. The test is the specification.
package once

import (
	"context"
	"errors"
	"time"
)

// An Answer is what the client gets.
type Answer struct {
	Status int
	Body   string
}

var (
	// ErrOtherBody says that a key was used before, for another request.
	ErrOtherBody = errors.New("the key belongs to another request")
	// ErrPanic says that the handler has panicked.
	ErrPanic = errors.New("the handler panicked")
)

// A Handler does what a request asks for.
type Handler func(ctx context.Context, body string) (Answer, error)

// A Once remembers what was asked for. It may be used by many goroutines.
type Once struct{}

// New returns a Once that remembers an answer for keep, from the moment on at
// which it was there.
func New(handle Handler, keep time.Duration) *Once {
	panic("New is yours to write")
}

// Do returns handle's answer to a request.
//
//   - The first request with a key calls handle. Those with the same key that
//     come in the meantime, or later, as long as the answer is remembered, get
//     the same answer, and handle is not called. Requests with different keys do
//     not wait for each other.
//   - A client may leave: Do returns ctx's error when its ctx ends. The call of
//     handle goes on for the others, and for the client when it comes back: its
//     ctx has the values of the first request's, and does not end with it.
//   - An error of handle is returned to all who wait, and not remembered. A panic
//     is an error, with ErrPanic in its chain.
//   - If the key is known and the body is another one, the error is
//     ErrOtherBody, at once.
//   - A request without a key, "", is like no other: handle is called with its
//     ctx.
func (o *Once) Do(ctx context.Context, key, body string) (Answer, error) {
	panic("Do is yours to write")
}

// Len returns how many keys are in memory: those that are remembered, or going
// on.
func (o *Once) Len() int {
	panic("Len is yours to write")
}
