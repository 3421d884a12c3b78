// Package once does what a client asks for once, however often it asks.
//
// Between a look into the map and the answer lies the payment, and in that time
// the client asks again. So the key goes into the map before the payment begins,
// under one lock with the look, and what it stands for is a call that is going
// on. Whoever comes waits for the channel to close.
//
// The payment is not the client's alone any more: it goes on when the client has
// left, on a goroutine of its own, with a ctx that does not end with the request.
// The values, the id of the request for one, stay. On its own goroutine a panic
// would end the process, so it is made an error, and those who wait hear of it.
//
// An error is not remembered: it is the reason why clients ask again. It is taken
// out of the map before those who wait are told, so that none of them comes back
// and finds it. (That is right for errors that say "nothing was done". A payment
// of which nobody knows is a case for a person, and for the bank's own key.)
//
// Several servers need a table for this, with a unique key in place of the map.
package once

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
type Once struct {
	handle Handler
	keep   time.Duration

	mu    sync.Mutex
	calls map[string]*call
}

// A call is going on, or was answered.
type call struct {
	body   string
	done   chan struct{} // closed when answer and err are set
	answer Answer
	err    error
}

// New returns a Once that remembers an answer for keep, from the moment on at
// which it was there.
func New(handle Handler, keep time.Duration) *Once {
	return &Once{handle: handle, keep: keep, calls: map[string]*call{}}
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
	if key == "" {
		return o.handle(ctx, body)
	}
	o.mu.Lock()
	c, known := o.calls[key]
	if !known {
		c = &call{body: body, done: make(chan struct{})}
		o.calls[key] = c
	}
	o.mu.Unlock()
	if c.body != body {
		return Answer{}, ErrOtherBody
	}
	if !known {
		go o.run(context.WithoutCancel(ctx), key, c)
	}
	select {
	case <-c.done:
		return c.answer, c.err
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
}

// Len returns how many keys are in memory: those that are remembered, or going
// on.
func (o *Once) Len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.calls)
}

// run does the call, and tells those who wait.
func (o *Once) run(ctx context.Context, key string, c *call) {
	defer close(c.done)
	defer func() {
		if v := recover(); v != nil {
			c.err = fmt.Errorf("%w: %v", ErrPanic, v)
		}
		if c.err != nil {
			o.forget(key)
			return
		}
		time.AfterFunc(o.keep, func() { o.forget(key) })
	}()
	c.answer, c.err = o.handle(ctx, c.body)
}

func (o *Once) forget(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.calls, key)
}
