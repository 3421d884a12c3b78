// singleflight makes one load of those that overlap. It keeps nothing: the next
// one loads again.
//
// FAILS: was loaded
package rates

import (
	"context"

	"golang.org/x/sync/singleflight"
)

type Rates struct {
	load   func(ctx context.Context, currency string) (float64, error)
	flight singleflight.Group
}

func NewRates(load func(ctx context.Context, currency string) (float64, error)) *Rates {
	return &Rates{load: load}
}

func (r *Rates) Rate(ctx context.Context, currency string) (float64, error) {
	rate, err, _ := r.flight.Do(currency, func() (any, error) { return r.load(ctx, currency) })
	if err != nil {
		return 0, err
	}
	return rate.(float64), nil
}
