// Package checkout sells.
//
// # What people see
//
// When the bank is slow, the servers fill up with requests whose customers have
// long left, until nobody can buy anything. Customers who come back find that
// they have paid twice. And some never get a receipt: it is mailed after the
// answer, the log says "context canceled", and the log line has no request ID.
//
// # Your task
//
// Make Checkout end when its customer leaves, and the receipt go out all the
// same.
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
	background := context.Background() // a payment must not be interrupted
	if err := s.Reserve(background, order); err != nil {
		return fmt.Errorf("reserving %s: %w", order, err)
	}
	if err := s.Charge(background, order); err != nil {
		return fmt.Errorf("charging %s: %w", order, err)
	}
	go func() {
		if err := s.Receipt(ctx, order); err != nil {
			s.Log(ctx, fmt.Sprintf("receipt of %s: %v", order, err))
		}
	}()
	return nil
}
