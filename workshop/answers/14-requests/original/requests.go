// Package requests gives each request an ID, which stands in every line of the
// log.
//
// # What people see
//
// A customer complains, and names the ID of the request that the page showed.
// The log has it in two lines. In the next ones the request is called "order
// 17": the orders put that into the ctx. The mail that was sent after the
// request has no ID, and was sent in the name of no shop. And the job that runs
// at night, for no request, ends in a panic.
//
// # Your task
//
// The ID is to be that of the request, wherever the ctx goes. orders.go belongs
// to another team, and stays as it is.
package requests

import (
	"context"
	"time"
)

// patience is how long work may take that goes on after its request.
const patience = time.Minute

// With returns a ctx of the request with that ID.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, "id", id)
}

// ID returns the ID of the request that ctx belongs to, "" if to none.
func ID(ctx context.Context) string {
	return ctx.Value("id").(string)
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
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		work(ctx)
	}()
}
