package constructors

import (
	"context"
	"time"
)

// budget is how long a request may take. Its result looks like context's own,
// but go vet does not know that.
func budget(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Hour)
}

// Forgotten handles a request below the ctx of a server.
func Forgotten(ctx context.Context, handle func(context.Context)) {
	// BUG(test): Forgotten throws its CancelFunc away, so the server's ctx
	// keeps that of the request, with its values, until the hour is over.
	ctx, _ = budget(ctx)
	handle(ctx)
}

// A stopCtx ends when a channel is closed: a bridge for code that is older
// than package context.
type stopCtx struct{ stop <-chan struct{} }

func (stopCtx) Deadline() (at time.Time, ok bool) { return at, false }
func (c stopCtx) Done() <-chan struct{}           { return c.stop }
func (stopCtx) Value(any) any                     { return nil }
func (c stopCtx) Err() error {
	select {
	case <-c.stop:
		return context.Canceled
	default:
		return nil
	}
}

// ForeignParent handles a request of a server that has a stop channel.
func ForeignParent(stop <-chan struct{}, handle func(context.Context)) {
	// BUG(goleak, synctest): ForeignParent throws its CancelFunc away. Its
	// parent cannot keep children, so a goroutine waits for the parent's end
	// or the child's.
	ctx, _ := budget(stopCtx{stop})
	handle(ctx)
}
