package doublelog

import (
	"context"
	"fmt"
	"log/slog"
)

// LogAndReturn loads an order. Compare [Load].
func LogAndReturn(
	ctx context.Context,
	log *slog.Logger,
	db func(context.Context) error,
) error {
	if err := db(ctx); err != nil {
		// BUG(test): LogAndReturn logs what it returns: with the caller's own
		// line there are two for one failure, and each knows half of it.
		log.ErrorContext(ctx, "loading failed", "table", "orders", "err", err)
		return fmt.Errorf("loading: %w", err)
	}
	return nil
}

// LogAndGoOn stores an order and confirms it. Compare [Load].
func LogAndGoOn(
	ctx context.Context,
	log *slog.Logger,
	store func(context.Context) error,
	confirm func(),
) error {
	if err := store(ctx); err != nil {
		// BUG(test): LogAndGoOn logs the error and has not handled it: what is
		// not stored is confirmed, and the caller is told nil.
		log.ErrorContext(ctx, "storing failed", "err", err)
	}
	confirm()
	return nil
}

// LogEachTry sends a message. Compare [Retry].
func LogEachTry(
	ctx context.Context,
	log *slog.Logger,
	send func(context.Context) error,
) error {
	var err error
	for range 3 {
		if err = send(ctx); err == nil {
			return nil
		}
		// BUG(test): LogEachTry reports as errors what the next try repairs:
		// the alarm rings for a message that was sent.
		log.ErrorContext(ctx, "sending failed", "err", err)
	}
	return fmt.Errorf("sending: %w", err)
}
