package shutdown

import (
	"context"
	"errors"
	"net"
)

// AtOnce serves until ctx ends. Compare [Drain.Serve].
func AtOnce(ctx context.Context, s Server, l net.Listener) error {
	// BUG(test): AtOnce ends connections with calls on them: what a handler has
	// done, its client is told UNAVAILABLE of, and does again.
	defer context.AfterFunc(ctx, s.Stop)()
	return s.Serve(l)
}

// NoLimit serves until ctx ends, and waits for the calls. Compare
// [Drain.Serve].
func NoLimit(ctx context.Context, s Server, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	<-ctx.Done()
	// BUG(hang): NoLimit waits for a stream that nobody ends, until the process
	// is killed, with all the calls that would have been done by then.
	s.Wait()
	return <-served
}

// Untold serves until ctx ends, and waits for the calls, with a limit. Compare
// [Drain.Serve].
func Untold(ctx context.Context, s Server, l net.Listener, d *Drain) error {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	<-ctx.Done()
	// BUG(test): Untold stops listening before any balancer knows: calls that
	// are still sent here are refused.
	return errors.Join(d.end(s), <-served)
}
