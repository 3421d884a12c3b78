// With the lock held while somebody pays, all others wait for the bank, in a
// row.
//
// FAILS: a slow bank holds up all others
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return ErrSoldOut
	}
	if err := pay(ctx); err != nil {
		return err
	}
	s.left--
	return nil
}
