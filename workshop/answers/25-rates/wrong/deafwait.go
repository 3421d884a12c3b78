// Whoever waits for the load of another is a customer as well, and may leave. A
// receive alone hears of nothing.
//
// FAILS: and was kept for
package rates

import (
	"context"
	"sync"
)

type Rates struct {
	load func(ctx context.Context, currency string) (float64, error)

	mu    sync.Mutex
	known map[string]*loading
}

type loading struct {
	done chan struct{} // closed when rate and err are set
	rate float64
	err  error
}

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
		<-l.done
		return l.rate, l.err
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
