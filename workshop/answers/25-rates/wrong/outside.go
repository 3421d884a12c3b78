// Out of the lock, a load is done by everybody who finds nothing in the map.
//
// FAILS: was loaded
package rates

import (
	"context"
	"sync"
)

// Rates gives exchange rates. It may be used by many goroutines.
type Rates struct {
	load func(ctx context.Context, currency string) (float64, error)

	mu    sync.Mutex
	known map[string]float64
}

// NewRates returns rates that are loaded when they are first asked for. A load
// takes long.
func NewRates(load func(ctx context.Context, currency string) (float64, error)) *Rates {
	return &Rates{load: load, known: map[string]float64{}}
}

func (r *Rates) Rate(ctx context.Context, currency string) (float64, error) {
	r.mu.Lock()
	rate, ok := r.known[currency]
	r.mu.Unlock()
	if ok {
		return rate, nil
	}
	rate, err := r.load(ctx, currency)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[currency] = rate
	return rate, nil
}
