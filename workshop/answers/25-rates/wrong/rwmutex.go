// Readers do not wait for each other any more. They wait for whoever loads, and
// so does the next one that has to load.
//
// FAILS: Of 20 currencies
package rates

import (
	"context"
	"sync"
)

// Rates gives exchange rates. It may be used by many goroutines.
type Rates struct {
	load func(ctx context.Context, currency string) (float64, error)

	mu    sync.RWMutex
	known map[string]float64
}

// NewRates returns rates that are loaded when they are first asked for. A load
// takes long.
func NewRates(load func(ctx context.Context, currency string) (float64, error)) *Rates {
	return &Rates{load: load, known: map[string]float64{}}
}

func (r *Rates) Rate(ctx context.Context, currency string) (float64, error) {
	r.mu.RLock()
	rate, ok := r.known[currency]
	r.mu.RUnlock()
	if ok {
		return rate, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if rate, ok := r.known[currency]; ok {
		return rate, nil
	}
	rate, err := r.load(ctx, currency)
	if err != nil {
		return 0, err
	}
	r.known[currency] = rate
	return rate, nil
}
