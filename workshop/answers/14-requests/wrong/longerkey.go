// A longer text is a key that others do not have yet.
//
// FAILS: They can
package requests

import (
	"context"
	"time"
)

// patience is how long work may take that goes on after its request.
const patience = time.Minute

// idKey is the key of the ID.
const idKey = "example.com/shop/requests.id"

// With returns a ctx of the request with that ID.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, idKey, id)
}

// ID returns the ID of the request that ctx belongs to, "" if to none.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey).(string)
	return id
}

// Serve serves a request. Its ctx ends when handle has returned.
func Serve(ctx context.Context, id string, handle func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	handle(With(ctx, id))
}

// Later does work in the background, for which the customer does not wait. It
// belongs to the request of ctx, and goes on after that: its ctx has all that
// the request's has, and ends when the work is done, after [patience] at the
// latest.
func Later(ctx context.Context, work func(ctx context.Context)) {
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		work(ctx)
	}()
}
