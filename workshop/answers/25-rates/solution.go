// Package rates gives exchange rates to the shop.
//
// The lock protects the map, and is held for as long as that takes. What is put
// into the map at once is not the rate but a promise of it: whoever comes in
// the meantime finds it and waits for the channel to close, which also makes
// rate and err safe to read.
//
// After an error the promise is taken out before it is broken to those who
// wait: who comes then loads anew. Should load panic, those who wait would do
// so for ever; a deferred close, with an error set before, mends that. The
// one who loads does so with the ctx of its own request, on behalf of all: when
// that one leaves, the load fails for the others too. A large service gives the
// load a ctx of its own.
package rates

import (
	"context"
	"sync"
)

// Rates gives exchange rates. It may be used by many goroutines.
type Rates struct {
	load func(ctx context.Context, currency string) (float64, error)

	mu    sync.Mutex
	known map[string]*loading
}

// loading is a load that is going on or has succeeded.
type loading struct {
	done chan struct{} // closed when rate and err are set
	rate float64
	err  error
}

// NewRates returns rates that are loaded when they are first asked for. A load
// takes long.
func NewRates(load func(ctx context.Context, currency string) (float64, error)) *Rates {
	return &Rates{load: load, known: map[string]*loading{}}
}

// Rate returns the rate of a currency. It loads each currency once: whoever
// asks while it is being loaded waits for that load, or until its own ctx ends.
// An error is returned to all who waited for it, and not kept: who asks later
// loads anew.
func (r *Rates) Rate(ctx context.Context, currency string) (float64, error) {
	r.mu.Lock()
	l, ok := r.known[currency]
	if !ok {
		l = &loading{done: make(chan struct{})}
		r.known[currency] = l
	}
	r.mu.Unlock()
	if ok {
		select {
		case <-l.done:
			return l.rate, l.err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	l.rate, l.err = r.load(ctx, currency)
	if l.err != nil {
		r.mu.Lock()
		delete(r.known, currency)
		r.mu.Unlock()
	}
	close(l.done)
	return l.rate, l.err
}
