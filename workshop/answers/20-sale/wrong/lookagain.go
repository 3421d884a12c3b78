// The second look keeps a piece from being sold twice. The customer has paid.
//
// FAILS: customers have paid
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
	if s.Left() == 0 {
		return ErrSoldOut
	}
	if err := pay(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return ErrSoldOut
	}
	s.left--
	return nil
}
