package unwrapped

import (
	"context"
	"fmt"
	"io"
)

// BareErrors goes through the steps of an order. Compare [Checkout].
func BareErrors(ctx context.Context, s Steps) error {
	steps := []func(context.Context) error{s.Reserve, s.Pay, s.Mail}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			// BUG(test): BareErrors passes the error up as it is: when a step
			// times out, nobody can tell whether the customer has paid.
			return err
		}
	}
	return nil
}

// LeakedCause finds an order. Compare [Find].
func LeakedCause(
	ctx context.Context,
	id string,
	query func(ctx context.Context, id string) (string, error),
) (string, error) {
	order, err := query(ctx, id)
	if err != nil {
		// BUG(test): LeakedCause wraps what its storage returns: callers test
		// for sql.ErrNoRows, and fail when the orders move to files.
		return "", fmt.Errorf("order %s: %w", id, err)
	}
	return order, nil
}

// A WrappedEOF reads R and says at which byte an error came. Compare [Reader].
type WrappedEOF struct {
	R      io.Reader
	offset int64
}

// Read reads from R.
func (r *WrappedEOF) Read(p []byte) (int, error) {
	n, err := r.R.Read(p)
	r.offset += int64(n)
	if err != nil {
		// BUG(test): WrappedEOF.Read wraps io.EOF: for callers, who compare by
		// ==, no file ends well any more.
		return n, fmt.Errorf("after byte %d: %w", r.offset, err)
	}
	return n, nil
}
