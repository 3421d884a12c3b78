// Package release runs a service that can be replaced by its next version
// while customers use it.
//
// # What people see
//
// There is a release every day, and with each the monitoring counts some
// hundred errors: requests that were cut off, and new ones that the balancer
// still sent to a server which did not listen any more. Worse are mails that
// nobody counts. A handler says "your order is confirmed" and sends the mail in
// the background, and the process ends before it is sent.
//
// # Your task
//
// Write the three methods, as their comments say. Add the fields that you need.
package release

import (
	"context"
	"net"
	"net/http"
	"time"
)

// A Service serves until it is told to end, and then drains.
type Service struct {
	// Delay is how long balancers need to see that Ready is red.
	Delay time.Duration
	// Limit is how long requests and background work may take after that, all
	// together.
	Limit time.Duration
}

// Serve serves h on l until ctx ends. Then it drains:
//
//   - Ready is red at once. For Delay all is served as before, new connections
//     too.
//   - Then the listener is closed. Requests that were accepted go on, and so
//     does background work, also that which such a request still begins. Until
//     Limit is over their ctx does not end.
//   - When all are done Serve returns nil, at most two seconds later.
//   - When Limit is over and some are not done, their ctx ends, the connections
//     are closed, and Serve returns an error, at most two seconds later: also
//     if they do not listen to their ctx.
//
// If l fails before ctx ends, Serve returns its error at once.
func (s *Service) Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	panic("Serve is yours to write")
}

// Ready answers 200, and 503 once the drain has begun.
func (s *Service) Ready(w http.ResponseWriter, _ *http.Request) {
	panic("Ready is yours to write")
}

// Go runs work in the background, on behalf of a request, which it may outlive.
// It is called by handlers. The ctx of the work is not that of the request.
func (s *Service) Go(work func(ctx context.Context)) {
	panic("Go is yours to write")
}
