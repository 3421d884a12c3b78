// Package fault stands between a client and a server, and does to their
// connections what networks do: it refuses them, moves them to another server,
// and lets them go silent. It belongs to part 12 of the guide.
//
// # What to know
//
// A process that is killed closes its connections: the kernel says so to the
// other end, whose calls fail at once. A machine that loses its power says
// nothing, nor does a firewall that has forgotten a connection. Whoever waits for
// an answer then waits until its own deadline, and the connection, which looks
// well, is given the next call as well. [Proxy.Silence] is that second case,
// which kill -9 never shows.
package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Proxy forwards connections. Its methods may be called concurrently.
type Proxy struct {
	l      net.Listener
	ctx    context.Context //nolint:containedctx // of the connections, which Close ends
	cancel context.CancelFunc
	served sync.WaitGroup

	mu     sync.Mutex
	target string
	pairs  map[*pair]struct{}
}

// A pair is a connection of a client and the one to its server.
type pair struct {
	client, server *net.TCPConn
	silent         atomic.Bool
}

// Listen returns a proxy on a free port of the loopback, which refuses all
// until it has a target.
func Listen(ctx context.Context) (*Proxy, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("a proxy: %w", err)
	}
	p := &Proxy{l: l, pairs: make(map[*pair]struct{})}
	p.ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.served.Go(p.accept)
	return p, nil
}

// Addr returns the address that clients call.
func (p *Proxy) Addr() string { return p.l.Addr().String() }

// Target sends the connections that come to an address, and leaves those that
// are. To "" nothing is sent: connections are closed as they come.
func (p *Proxy) Target(addr string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = addr
}

// Silence makes the connections that there are go silent, for good: neither end
// hears of the other any more. Those that come after are well.
func (p *Proxy) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.pairs {
		c.silent.Store(true)
	}
}

// Close ends all connections.
func (p *Proxy) Close() error {
	err := p.l.Close()
	p.cancel()
	p.mu.Lock()
	for c := range p.pairs {
		c.close()
	}
	p.mu.Unlock()
	p.served.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		c, err := p.l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // of one connection, or of too many files
			time.Sleep(time.Millisecond)
			continue
		}
		client, ok := c.(*net.TCPConn)
		if !ok {
			_ = c.Close()
			continue
		}
		p.served.Go(func() { p.forward(client) })
	}
}

func (p *Proxy) forward(client *net.TCPConn) {
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	var server *net.TCPConn
	if target != "" {
		if c, err := new(net.Dialer).DialContext(p.ctx, "tcp", target); err == nil {
			server, _ = c.(*net.TCPConn)
		}
	}
	if server == nil {
		_ = client.SetLinger(0) // a reset, as of a port that nobody listens on
		_ = client.Close()
		return
	}
	c := &pair{client: client, server: server}
	defer c.close()
	p.mu.Lock()
	p.pairs[c] = struct{}{}
	ended := p.ctx.Err() != nil
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.pairs, c)
		p.mu.Unlock()
	}()
	if ended {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { c.copy(server, client) })
	both.Go(func() { c.copy(client, server) })
	both.Wait()
}

func (c *pair) close() {
	_ = c.client.Close()
	_ = c.server.Close()
}

// copy hands on what comes, and that there is no more.
func (c *pair) copy(to, from *net.TCPConn) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		silent := c.silent.Load()
		if n > 0 && !silent {
			if _, werr := to.Write(b[:n]); werr != nil {
				c.close()
				return
			}
		}
		switch {
		case err == nil:
		case silent:
			_ = from.Close()
			return
		case errors.Is(err, io.EOF):
			_ = to.CloseWrite()
			return
		default:
			c.close()
			return
		}
	}
}
