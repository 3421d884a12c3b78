// Package release runs a service that can be replaced by its next version
// while customers use it.
//
// The order is all. First Ready is red, and all is served as before: a balancer
// asks every few seconds, and until it has moved off it sends customers. Then
// Shutdown, which closes the listener and waits for requests. Only then the
// background work, for the last request may still begin some; a WaitGroup that
// is waited for while others add to it is misused, too.
//
// The ctx that says "end" is not the one to work with. Shutdown with it returns
// at once, and requests that hang on it are cut off by the signal. What they get
// is a ctx that ends when the limit does; so one limit is for both waits.
//
// Shutdown looks now and then whether all connections are idle, which is where
// the two seconds go. A ctx in a struct is to be avoided as a rule. Here it is
// the service's own life, and not that of a call.
package release

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Service serves until it is told to end, and then drains.
type Service struct {
	// Delay is how long balancers need to see that Ready is red.
	Delay time.Duration
	// Limit is how long requests and background work may take after that, all
	// together.
	Limit time.Duration

	draining   atomic.Bool
	background sync.WaitGroup
	work       context.Context // of all work, set by Serve
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
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	s.work = work
	server := &http.Server{
		Handler:     h,
		BaseContext: func(net.Listener) context.Context { return work },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.draining.Store(true)
	<-time.After(s.Delay)

	limit, stop := context.WithTimeout(work, s.Limit)
	defer stop()
	err := server.Shutdown(limit)
	if err == nil {
		err = s.wait(limit)
	}
	end()
	server.Close()
	return err
}

// Ready answers 200, and 503 once the drain has begun.
func (s *Service) Ready(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		http.Error(w, "draining", http.StatusServiceUnavailable)
	}
}

// Go runs work in the background, on behalf of a request, which it may outlive.
// It is called by handlers. The ctx of the work is not that of the request.
func (s *Service) Go(work func(ctx context.Context)) {
	s.background.Go(func() { work(s.work) })
}

// wait waits for background work. No request is left that could begin more.
func (s *Service) wait(limit context.Context) error {
	done := make(chan struct{})
	go func() {
		s.background.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-limit.Done():
		return limit.Err()
	}
}
