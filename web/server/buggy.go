package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Bare is http.ListenAndServe but for the listening, and what stands in the
// guide. Compare [New] and [Server].
func Bare(l net.Listener, h http.Handler) error {
	// BUG(hang, synctest, leakprofile, deadlock): Bare waits for ever for the
	// rest of a request: a client that sends half of one holds a connection and
	// a goroutine.
	return http.Serve(l, h)
}

// HeaderTimeoutOnly makes a server that no slow header can hold. Compare [New].
func HeaderTimeoutOnly(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h,
		// BUG(hang, synctest, leakprofile, deadlock): HeaderTimeoutOnly's limit
		// ends with the headers, so a client that sends half a body holds a
		// connection and a handler.
		ReadHeaderTimeout: 5 * time.Second,
	}
}

// TrustsWriteTimeout serves a report that must not take longer than limit.
// Compare [New].
func TrustsWriteTimeout(
	limit time.Duration,
	report func(ctx context.Context) []byte,
) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(report(r.Context()))
		}),
		ReadTimeout: limit,
		// BUG(hang, synctest, leakprofile, deadlock): TrustsWriteTimeout's limit
		// ends writes only: the report's ctx has no deadline, and the client
		// waits as long as the report runs.
		WriteTimeout: limit,
	}
}

// NoDelay serves until ctx ends, and waits for the requests. Compare [Server].
func NoDelay(ctx context.Context, s *http.Server, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	// BUG(test): NoDelay closes the listener while the balancer still sends:
	// connections are refused, and the first request of one that was accepted
	// is read and dropped.
	return s.Shutdown(context.WithoutCancel(ctx))
}

// KeepAlivesOff gives clients time until moved ends to go elsewhere, and then
// shuts the server down. Compare [Server].
func KeepAlivesOff(moved context.Context, s *http.Server) error {
	// BUG(test): KeepAlivesOff closes idle connections at once, not with their
	// next answer: a request that is on its way is lost.
	s.SetKeepAlivesEnabled(false)
	<-moved.Done()
	return s.Shutdown(context.WithoutCancel(moved))
}

// ReturnsEarly serves until ctx ends. Main returns when it has returned.
// Compare [Server.Serve].
func ReturnsEarly(ctx context.Context, s *http.Server, l net.Listener) error {
	go func() {
		<-ctx.Done()
		_ = s.Shutdown(context.WithoutCancel(ctx))
	}()
	// BUG(test): ReturnsEarly returns when Shutdown begins, not when it has
	// waited: the process ends, and its requests with it.
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// DoneContext serves until ctx ends, and waits for the requests. Compare
// [Server.Serve].
func DoneContext(ctx context.Context, s *http.Server, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		// BUG(test): DoneContext's Shutdown gets the context that has ended,
		// so it waits for nothing.
		return s.Shutdown(ctx)
	}
}

// CloseAtOnce serves until ctx ends. Compare [Server.Serve].
func CloseAtOnce(ctx context.Context, s *http.Server, l net.Listener) error {
	// BUG(test): CloseAtOnce closes connections with requests on them: each
	// handler goes on, and its client gets EOF.
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	return s.Serve(l)
}

// DeferredStop serves until a signal comes. Compare [Signals].
func DeferredStop(serve func(ctx context.Context) error) error {
	ctx, stop := signal.NotifyContext(
		context.Background(), os.Interrupt, syscall.SIGTERM)
	// BUG(test): DeferredStop listens for signals until the drain is over, so
	// a drain that hangs can be ended by nothing but SIGKILL.
	defer stop()
	return serve(ctx)
}
