// An atomic counter in place of the lock: still two steps.
//
// FAILS: pieces were sold
package stock

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrSoldOut says that nothing is left.
var ErrSoldOut = errors.New("sold out")

// A Sale sells so many pieces of one thing. It may be used by many goroutines.
type Sale struct {
	left int64
}

// NewSale returns a sale of that many pieces.
func NewSale(pieces int) *Sale { return &Sale{left: int64(pieces)} }

// Left returns how many pieces nobody has bought yet.
func (s *Sale) Left() int {
	return int(atomic.LoadInt64(&s.left))
}

func (s *Sale) Buy(ctx context.Context, pay func(context.Context) error) error {
	if s.Left() == 0 {
		return ErrSoldOut
	}
	if err := pay(ctx); err != nil {
		return err
	}
	atomic.AddInt64(&s.left, -1)
	return nil
}
