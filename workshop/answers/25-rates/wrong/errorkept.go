// The promise of a load that failed stays: one bad second, and the currency has
// no rate until the next restart.
//
// FAILS: still returns
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
	close(l.done)
	return l.rate, l.err
}
