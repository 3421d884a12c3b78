// The cancel is deferred by Checkout, which returns before the receipt has
// begun.
//
// FAILS: it ended with the request
package checkout

import (
	"context"
	"fmt"
	"time"
)

// Services are what a checkout talks to. Each call may take long, and gives up
// when its ctx ends.
type Services struct {
	Reserve func(ctx context.Context, order string) error
	Charge  func(ctx context.Context, order string) error
	Receipt func(ctx context.Context, order string) error
	Log     func(ctx context.Context, text string)
}

// receiptTime is how long a receipt may take, at most.
const receiptTime = 30 * time.Second

func Checkout(ctx context.Context, s Services, order string) error {
	if err := s.Reserve(ctx, order); err != nil {
		return fmt.Errorf("reserving %s: %w", order, err)
	}
	if err := s.Charge(ctx, order); err != nil {
		return fmt.Errorf("charging %s: %w", order, err)
	}
	mail, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiptTime)
	defer cancel()
	go func() {
		if err := s.Receipt(mail, order); err != nil {
			s.Log(mail, fmt.Sprintf("receipt of %s: %v", order, err))
		}
	}()
	return nil
}
