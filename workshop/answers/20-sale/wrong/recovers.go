// The piece is back, and the panic is gone: the customer gets nil, for a piece
// that nobody paid.
//
// FAILS: The panic of pay is gone
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
	err := func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = errors.New("payment failed")
			}
		}()
		return pay(ctx)
	}()
	if err != nil {
		s.mu.Lock()
		s.left++
		s.mu.Unlock()
	}
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
