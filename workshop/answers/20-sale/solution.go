// Package stock sells what there is little of.
//
// Each access was under the lock, but the answer of Left was old as soon as the
// lock was given back: between check and act everybody else could act as well.
// The race detector has nothing to say, for memory is read and written in
// order.
//
// Check and act are one step now, take. The payment stands outside of the lock.
// So a piece is reserved before it is paid, and given back if it is not: by
// defer, which also runs when pay panics.
package stock

import (
	"context"
	"errors"
	"sync"
)

// ErrSoldOut says that nothing is left.
var ErrSoldOut = errors.New("sold out")

// A Sale sells so many pieces of one thing. It may be used by many goroutines.
type Sale struct {
	mu   sync.Mutex
	left int
}

// NewSale returns a sale of that many pieces.
func NewSale(pieces int) *Sale { return &Sale{left: pieces} }

// Left returns how many pieces nobody has bought yet.
func (s *Sale) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left
}

// Buy sells one piece to a customer who pays by calling pay, which may take
// long. Nobody pays when there is no piece left; whose payment fails, or
// panics, does not take a piece from others.
func (s *Sale) Buy(ctx context.Context, pay func(context.Context) error) error {
	if !s.take() {
		return ErrSoldOut
	}
	paid := false
	defer func() {
		if !paid {
			s.putBack()
		}
	}()
	err := pay(ctx)
	paid = err == nil
	return err
}

// take takes a piece off, if there is one.
func (s *Sale) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return false
	}
	s.left--
	return true
}

func (s *Sale) putBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left++
}
