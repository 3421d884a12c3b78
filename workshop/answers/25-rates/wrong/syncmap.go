// sync.Map needs no lock, and has no promise: all who find nothing load.
//
// FAILS: was loaded
package rates

import (
	"context"
	"sync"
)

type Rates struct {
	load  func(ctx context.Context, currency string) (float64, error)
	known sync.Map
}

func NewRates(load func(ctx context.Context, currency string) (float64, error)) *Rates {
	return &Rates{load: load}
}

func (r *Rates) Rate(ctx context.Context, currency string) (float64, error) {
	if rate, ok := r.known.Load(currency); ok {
		return rate.(float64), nil
	}
	rate, err := r.load(ctx, currency)
	if err != nil {
		return 0, err
	}
	r.known.Store(currency, rate)
	return rate, nil
}
