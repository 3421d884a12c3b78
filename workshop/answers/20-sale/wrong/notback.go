// Taken first, and never given back: each refused card costs a piece.
//
// FAILS: it is lost
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

func (s *Sale) Buy(ctx context.Context, pay func(context.Context) error) error {
	if !s.take() {
		return ErrSoldOut
	}
	return pay(ctx)
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
