// Package memnet is a network in memory, for real servers and clients in a
// bubble of testing/synctest: a goroutine that waits for a socket keeps the
// bubble's clock from moving on, one that waits for a net.Pipe does not. It is
// the idea of google.golang.org/grpc/test/bufconn for every protocol, but that a
// pipe has no buffer: each write waits for its reader.
package memnet

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// A Listener is a network on which one listens and anybody dials. Its methods
// may be called concurrently.
type Listener struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

// Listen returns a listener, which belongs to the bubble that it was made in.
func Listen() *Listener {
	closed := make(chan struct{})
	return &Listener{
		conns:  make(chan net.Conn),
		closed: closed,
		close:  sync.OnceFunc(func() { close(closed) }),
	}
}

// Dial connects to the listener, whatever the network and the address, and
// returns when Accept has the other end. It is the DialContext of an
// http.Transport. After Close its error is a net.ErrClosed, and that of ctx if
// ctx ends first, or has ended.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil { // select takes any case that is ready
		return nil, fmt.Errorf("dial: %w", err)
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, fmt.Errorf("dial: %w", net.ErrClosed)
	case <-ctx.Done():
		return nil, fmt.Errorf("dial: %w", ctx.Err())
	}
}

// Accept implements net.Listener. After Close its error is net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It leaves connections alone, and may be called
// again.
func (l *Listener) Close() error {
	l.close()
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr {
	return &net.UnixAddr{Name: "memory", Net: "unix"}
}
