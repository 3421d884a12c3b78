package orders

import (
	"context"
	"fmt"

	"connectrpc.com/connect/v2"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	"example.com/goguide/grpc/proto/shop/v1/shopv1connect"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/users"
)

// Find asks the users service for a user, for [NewService].
func Find(c userv1connect.UserServiceClient) func(ctx context.Context, userID string) error {
	return func(ctx context.Context, userID string) error {
		_, err := c.GetUser(ctx, &userv1.GetUserRequest{Id: userID})
		return ours(err)
	}
}

// Publish tells the users service of an order, for a [Relay].
func Publish(
	c shopv1connect.AccountServiceClient,
) func(context.Context, *shopv1.RecordOrderRequest) error {
	return func(ctx context.Context, r *shopv1.RecordOrderRequest) error {
		_, err := c.RecordOrder(ctx, r)
		return ours(err)
	}
}

// ours makes of another service's error one of this service. What it says is
// for the log: this one's clients did not ask that service.
func ours(err error) error {
	if err == nil {
		return nil
	}
	var own error
	switch connect.CodeOf(err) {
	case connect.CodeNotFound:
		own = users.ErrNotFound
	case connect.CodeUnavailable, connect.CodeResourceExhausted:
		own = users.ErrUnavailable
	case connect.CodeDeadlineExceeded:
		own = context.DeadlineExceeded
	case connect.CodeCanceled:
		own = context.Canceled
	default:
		return fmt.Errorf("the users service: %v", err) //nolint:errorlint // nobody is to find a code in it
	}
	return fmt.Errorf("the users service: %w: %v", own, err) //nolint:errorlint // likewise
}
