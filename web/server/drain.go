package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// A Server serves until its context ends, and then drains. Delay and Timeout
// together must be less than the time after which the process is killed: for
// Kubernetes terminationGracePeriodSeconds, 30 s unless set.
type Server struct {
	// HTTP does the serving; [New] makes one. It may use TLS by a listener of
	// tls.NewListener, which offers HTTP/2 if its NextProtos has "h2".
	HTTP *http.Server

	// Delay is how long everything is served as before when ctx has ended,
	// except that Ready is red. It must be longer than balancers need to see
	// it, and than clients are silent. Zero suits a server without a balancer.
	Delay time.Duration

	// Timeout is how long requests may go on after the Delay. For its last
	// tenth their contexts are cancelled, with http.ErrServerClosed as the
	// cause, so that handlers can still answer; then connections are closed.
	Timeout time.Duration

	draining atomic.Bool
}

// Ready answers 200, and 503 from the moment at which the drain begins. It says
// nothing of what the service depends on. Liveness is another question: a
// server that drains is alive.
func (s *Server) Ready(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}

// Serve serves on l until ctx ends, drains, and returns nil if every request
// was answered. Otherwise its error says that requests were cut off; their
// handlers may still run, and end with the process. An error of l that ends the
// serving comes back too, after a drain without Delay.
//
// It may be called once: it sets HTTP's BaseContext, whose values are those of
// ctx, wraps its Handler, and closes l. At the end of the Timeout the functions
// of HTTP's RegisterOnShutdown may be called a second time.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	requests, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(http.ErrServerClosed)
	s.HTTP.BaseContext = func(net.Listener) context.Context { return requests }
	s.HTTP.Handler = s.movingOn(s.HTTP.Handler)

	var failed error
	served := make(chan struct{})
	go func() {
		defer close(served)
		failed = s.HTTP.Serve(l)
	}()
	select {
	case <-ctx.Done():
		s.draining.Store(true)
		select {
		case <-time.After(s.Delay):
		case <-served:
		}
	case <-served:
		s.draining.Store(true)
	}

	atLast := s.Timeout - s.Timeout/10
	defer time.AfterFunc(atLast, func() { cancel(http.ErrServerClosed) }).Stop()
	err := s.shutdown(context.WithoutCancel(ctx)) // for ctx has ended
	<-served
	if !errors.Is(failed, http.ErrServerClosed) {
		err = errors.Join(fmt.Errorf("serving: %w", failed), err)
	}
	return err
}

// shutdown waits for the requests, and cuts off those that take too long.
func (s *Server) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	late := func(err error) bool {
		return ctx.Err() != nil && errors.Is(err, ctx.Err())
	}
	err := s.HTTP.Shutdown(ctx)
	if late(err) {
		// Shutdown looks every half second, and so may miss the last answer.
		// It looks before it asks ctx: once more, then.
		err = s.HTTP.Shutdown(ctx)
	}
	if late(err) {
		err = errors.Join(err, s.HTTP.Close())
		err = fmt.Errorf("requests cut off after %v: %w", s.Timeout, err)
	}
	return err // or that of closing the listener
}

// movingOn makes each answer of a drain the last on its connection, so that
// clients take another one for their next request. HTTP/2 sends a GOAWAY for
// it. SetKeepAlivesEnabled(false) does the same to answers, but closes idle
// connections at once, with what is on its way to them ([KeepAlivesOff]).
func (s *Server) movingOn(h http.Handler) http.Handler {
	if h == nil {
		h = http.DefaultServeMux // as http.Server has it
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// Signals returns a context that ends with the first SIGINT or SIGTERM. When it
// has ended, the next one ends the process, as if nobody listened. Call it
// once, in main: it is in force until a signal comes or ctx ends.
//
// context.AfterFunc(ctx, stop) after a signal.NotifyContext does the same but
// for an instant in which a second signal is lost.
func Signals(ctx context.Context) context.Context {
	signalled, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancelCause(ctx)
	context.AfterFunc(signalled, func() {
		stop()
		cancel(context.Cause(signalled))
	})
	return ctx
}
