// Package shutdown ends a gRPC server on SIGTERM without losing a call. It
// belongs to part 9.4 of the guide, and does for gRPC what web/server does for
// HTTP.
//
//	SIGTERM      health says NOT_SERVING, and all is served as before
//	+ Delay      the balancer has moved off: streams are told to leave,
//	             no more calls are taken, and those that run go on
//	+ Timeout    what still runs is cut off
//
// # What to write
//
// The order above ([Drain]). Health first, and then a Delay as long as
// balancers need to see it: a server that stops at once refuses the calls that
// are still sent to it ([Untold]).
//
// Both libraries tell clients by GOAWAY to take their next call elsewhere, and
// then wait: grpc-go's GracefulStop, and http.Server.Shutdown for connect. Stop
// and Close do not wait ([AtOnce]). GracefulStop has no limit, and one stream
// is enough to hold it for ever ([NoLimit]), be it a health check that somebody
// watches. So Stop follows it when time is up.
//
// A stream that lives for hours has to be told, or it is always cut off: its
// handler waits for [Drain.Leaving] beside what it sends, and ends with
// UNAVAILABLE, so that the client connects again, to another replica.
//
// grpc-go's Serve returns when GracefulStop has; http.Server's returns when
// Shutdown begins, and main has to wait for Shutdown itself, as Drain does.
//
// # What remains
//
// Stop and Close end connections, not handlers. grpc-go cancels their ctx, and
// so does net/http; a handler that does not look at it goes on until the
// process ends. GracefulStop waits for such a handler even after Stop, so
// nothing here waits for GracefulStop then.
//
// # What finds it
//
// The endless drain hangs the test that waits for it. A call that is cut off or
// refused is seen by a test that has one in a handler when the signal comes,
// and one on a new connection.
package shutdown

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc"
)

// A Server is what both libraries have.
type Server struct {
	// Serve serves until Wait or Stop is called, and then returns nil, also if
	// that was before. It closes the listener.
	Serve func(l net.Listener) error
	// Wait takes no more calls and waits for those that run.
	Wait func()
	// Stop ends all connections.
	Stop func()
}

// GRPC makes a Server of one of grpc-go.
func GRPC(s *grpc.Server) Server {
	return Server{
		Serve: func(l net.Listener) error {
			// It is nil after a Stop, and this after one that came first.
			if err := s.Serve(l); !errors.Is(err, grpc.ErrServerStopped) {
				return err
			}
			return nil
		},
		Wait: s.GracefulStop,
		Stop: s.Stop,
	}
}

// HTTP makes a Server of one that serves connect.
func HTTP(s *http.Server) Server {
	ctx, cancel := context.WithCancel(context.Background())
	return Server{
		Serve: func(l net.Listener) error {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
		// Their errors are those of closing the listener.
		Wait: func() { _ = s.Shutdown(ctx) },
		Stop: func() {
			cancel()
			_ = s.Close()
		},
	}
}

// A Drain is how a server ends. Delay and Timeout together must be less than
// the time after which the process is killed: for Kubernetes
// terminationGracePeriodSeconds, 30 s unless set.
type Drain struct {
	// Health is called first, and says NOT_SERVING.
	Health func()
	// Delay is how long all is served as before after that: longer than
	// balancers need to see it. Zero suits a server without one.
	Delay time.Duration
	// Timeout is how long calls may go on after the Delay.
	Timeout time.Duration

	mu      sync.Mutex
	leaving chan struct{}
}

// Leaving returns what is closed after the Delay. A handler whose stream has no
// end of its own returns UNAVAILABLE then.
func (d *Drain) Leaving() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.leaving == nil {
		d.leaving = make(chan struct{})
	}
	return d.leaving
}

func (d *Drain) leave() {
	d.Leaving()
	close(d.leaving)
}

// Serve serves on l until ctx ends, drains, and returns nil if no call was cut
// off. An error of l that ends the serving comes back too, after a drain
// without Delay. It may be called once.
func (d *Drain) Serve(ctx context.Context, s Server, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case <-ctx.Done():
		d.Health()
		select {
		case <-time.After(d.Delay):
			return errors.Join(d.end(s), <-served)
		case err := <-served:
			return errors.Join(err, d.end(s))
		}
	case err := <-served:
		d.Health()
		return errors.Join(err, d.end(s))
	}
}

// end tells streams, waits for calls, and cuts off those that take too long.
func (d *Drain) end(s Server) error {
	d.leave()
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		s.Wait()
	}()
	select {
	case <-waited:
		return nil
	case <-time.After(d.Timeout):
		s.Stop()
		return fmt.Errorf("calls were cut off after %v", d.Timeout)
	}
}
