// A key is taken for the request. Two payments with the same one are the
// client's bug, and it is told that both were made.
//
// FAILS: An app used one key for two payments, while the first payment went on. The second got {201
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
