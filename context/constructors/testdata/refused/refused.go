// Package refused holds what go vet refuses. A comment of the form "want NAME"
// names the analyzer that reports its line.
package refused

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"
)

// Discarded has no way to end its ctx.
func Discarded(ctx context.Context, handle func(context.Context)) {
	ctx, _ = context.WithTimeout(ctx, time.Hour) // want lostcancel
	handle(ctx)
}

// DiscardedCause has no way to end its ctx, or to say why.
func DiscardedCause(ctx context.Context, handle func(context.Context)) {
	ctx, _ = context.WithCancelCause(ctx) // want lostcancel
	handle(ctx)
}

// NotOnAllPaths forgets cancel when the order is invalid.
func NotOnAllPaths(ctx context.Context, valid bool) error {
	ctx, cancel := context.WithCancel(ctx) // want lostcancel
	if !valid {
		return errors.New("invalid order") // want lostcancel
	}
	<-ctx.Done()
	cancel()
	return nil
}

// AnyUse is as wrong, and passes: to hand cancel on counts as a use of it.
func AnyUse(ctx context.Context, handle func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	handle(ctx)
	_ = []context.CancelFunc{cancel}
}

// Notify is as wrong, and passes: lostcancel knows package context alone.
func Notify(ctx context.Context, handle func(context.Context)) {
	ctx, _ = signal.NotifyContext(ctx, os.Interrupt)
	handle(ctx)
}

// Deferred is what to write.
func Deferred(ctx context.Context, handle func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	handle(ctx)
}
