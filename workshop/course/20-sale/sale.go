// Package stock sells what there is little of.
//
// # What people see
//
// A sale of one hundred pieces begins at noon. At two minutes past, 103
// customers have paid. Nobody finds the bug: all accesses are under the lock,
// the race detector is silent, and in tests, where payment takes no time, it
// never happens.
//
// # Your task
//
// No piece may be sold twice, and nobody may pay in vain. Customers pay side by
// side: a slow bank must not hold up the others.
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
	if s.Left() == 0 {
		return ErrSoldOut
	}
	if err := pay(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left--
	return nil
}
