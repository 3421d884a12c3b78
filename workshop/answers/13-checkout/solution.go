// Package checkout sells.
//
// What the customer waits for ends with the customer's request: Reserve and
// Charge take its ctx. (A payment that was interrupted may have happened: that
// is what idempotency keys are for, not context.Background.)
//
// The receipt must not end with the request, whose ctx net/http cancels when
// the handler returns. WithoutCancel keeps the values, among them the request
// ID, and drops cancellation and deadline. So it needs a limit of its own. The
// limit begins in the goroutine, where the cancel is deferred as well.
//
// What is still missing: at a shutdown somebody has to wait for these
// goroutines. A later exercise brings that in.
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

// Checkout reserves the goods, charges the customer and returns. The receipt is
// mailed afterwards, while the customer already sees "thank you", and is given
// up after receiptTime. An error of it is logged.
func Checkout(ctx context.Context, s Services, order string) error {
	if err := s.Reserve(ctx, order); err != nil {
		return fmt.Errorf("reserving %s: %w", order, err)
	}
	if err := s.Charge(ctx, order); err != nil {
		return fmt.Errorf("charging %s: %w", order, err)
	}
	mail := context.WithoutCancel(ctx)
	go func() {
		mail, cancel := context.WithTimeout(mail, receiptTime)
		defer cancel()
		if err := s.Receipt(mail, order); err != nil {
			s.Log(mail, fmt.Sprintf("receipt of %s: %v", order, err))
		}
	}()
	return nil
}
