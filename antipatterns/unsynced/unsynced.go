// Package unsynced shows variables that goroutines share without putting their
// accesses in order, and atomics that put each access in order and not the step
// that they are part of. It belongs to part 14 of the guide, anti-pattern 6.
//
// Each goroutine may see what another has written now, later, in another order,
// or never: the language promises little about which, so a right answer proves
// nothing.
// Making each variable atomic ends the data race and keeps the logical one:
//
//	request 1                      request 2
//	in.Load() == 9 // of 10
//	                               in.Load() == 9
//	                               in.Add(1)
//	in.Add(1)      // 11 are in, and every access was atomic
//
// Ask in the review: which other goroutine has this variable, and what orders
// the two? "It is only a counter" and "it is only read" are no orders.
//
// # What to write
//
//   - One variable: an atomic type, whose every access is one
//     ([Import.Done]), or [sync.OnceValue] for what is made on demand
//     ([Gateway]).
//   - Values that belong together: one pointer to a struct that nobody changes
//     any more, and swap the pointer ([Upstream], [Notice]).
//   - A check and the write that it allows: one step, by CompareAndSwap
//     ([Gate.Enter]) or under one lock for both.
//
// Package syncx/races has the classes of data races by study, package
// syncx/atomics what an atomic orders, and package syncx/mutex the lock.
//
// # What finds it
//
// go test -race, if the test runs both sides in goroutines of their own; it
// needs no wrong result. No linter of golangci-lint, all enabled, sees any of
// these five, nor do the compiler and go vet. The race detector is silent in
// two cases:
//
//   - Something else put the accesses in order in this run: a lock, a channel
//     or an atomic counter that both sides happen to use. [Banner.Show] races,
//     and a test in which Set comes first is green in every run.
//   - Every access is in order and the steps are not ([Turnstile.Enter],
//     [Backend.Switch]). Nothing reports it but an assertion, in a test that
//     stops one goroutine between its two accesses.
package unsynced

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// An Import loads rows, while others ask how far it is. It must not be copied.
type Import struct{ done atomic.Int64 }

// Run loads the rows until ctx ends or one fails. One goroutine may call it.
func (i *Import) Run(
	ctx context.Context,
	rows []string,
	load func(ctx context.Context, row string) error,
) error {
	for n, row := range rows {
		if err := load(ctx, row); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		i.done.Add(1)
	}
	return nil
}

// Done returns how many rows are loaded. Any goroutine may call it.
func (i *Import) Done() int { return int(i.done.Load()) }

// A Conn is a connection to another service.
type Conn struct{ Address string }

// A Gateway has one connection for all its callers.
type Gateway struct{ conn func() *Conn }

// NewGateway returns a gateway, which dials when it is first asked. If dial
// panics, each call of Conn panics with the same value.
func NewGateway(dial func() *Conn) *Gateway {
	return &Gateway{sync.OnceValue(dial)}
}

// Conn returns the connection; the first call makes it, and others wait for it.
func (g *Gateway) Conn() *Conn { return g.conn() }

// A Gate lets in so many at once. It must not be copied.
type Gate struct {
	limit int64
	in    atomic.Int64
}

// NewGate returns a gate for limit at once.
func NewGate(limit int) *Gate { return &Gate{limit: int64(limit)} }

// Enter reports whether there was room, and takes it. Who is in calls Leave.
func (g *Gate) Enter() bool {
	for {
		in := g.in.Load()
		if in >= g.limit {
			return false
		}
		if g.in.CompareAndSwap(in, in+1) {
			return true
		}
	}
}

// Leave makes room for another.
func (g *Gate) Leave() { g.in.Add(-1) }

// An Address says where a service is, and with which key it is asked.
type Address struct{ Host, Key string }

// An Upstream is a service that may move. It must not be copied.
type Upstream struct{ address atomic.Pointer[Address] }

// Switch moves the service, in one step, once key has found the new host's key.
// An error leaves it where it was.
func (u *Upstream) Switch(
	host string,
	key func(host string) (string, error),
) error {
	k, err := key(host)
	if err != nil {
		return fmt.Errorf("switch to %s: %w", host, err)
	}
	u.address.Store(&Address{host, k})
	return nil
}

// Address returns where the service is; the zero Address before it is known.
func (u *Upstream) Address() Address {
	if a := u.address.Load(); a != nil {
		return *a
	}
	return Address{}
}

// A Notice stands on every page. It must not be copied.
type Notice struct{ text atomic.Pointer[string] }

// Set changes the text.
func (n *Notice) Set(text string) { n.text.Store(&text) }

// Show returns the text, "" before it is set.
func (n *Notice) Show() string {
	if text := n.text.Load(); text != nil {
		return *text
	}
	return ""
}
