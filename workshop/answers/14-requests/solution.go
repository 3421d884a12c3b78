// Package requests gives each request an ID, which stands in every line of the
// log.
//
// A key is found by comparing it, type and value. "id" is a text that everybody
// can write, and so is a longer one. A type of this package that is not
// exported is one that nobody else can write, and a struct without fields of
// that type takes no memory. With and ID are the only ones who know it.
//
// ID asks whether there is a value, since there are callers without a request.
//
// What Later starts needs the values of the request: its ID, and others that
// this package knows nothing of. It must not have its end, as the request ends
// first. context.WithoutCancel gives just that, and the timeout sees to it that
// the work ends.
package requests

import (
	"context"
	"time"
)

// patience is how long work may take that goes on after its request.
const patience = time.Minute

// idKey is the key of the ID.
type idKey struct{}

// With returns a ctx of the request with that ID.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, idKey{}, id)
}

// ID returns the ID of the request that ctx belongs to, "" if to none.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
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
