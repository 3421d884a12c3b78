// A send that gives up when nobody stands ready loses offers that were in
// time, whenever two come together.
//
// FAILS: Eight offers came at the same moment
package quotes

import (
	"context"
	"errors"
	"time"
)

// A Quote is what a carrier wants for a parcel.
type Quote struct {
	Carrier string
	Cents   int
}

// A Carrier answers when it can. It gives up when its ctx ends; some look at it
// late, and some never.
type Carrier func(ctx context.Context) (Quote, error)

// ErrNoOffer says that no carrier has made an offer in time.
var ErrNoOffer = errors.New("no offer in time")

// Cheapest asks all carriers at the same time and returns the cheapest of the
// offers that arrive within patience. It returns as soon as all have answered.
func Cheapest(
	ctx context.Context,
	patience time.Duration,
	carriers []Carrier,
) (Quote, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	quotes := make(chan Quote)
	for _, ask := range carriers {
		go func() {
			quote, err := ask(ctx)
			if err != nil {
				quote = Quote{} // no offer
			}
			select {
			case quotes <- quote:
			default:
			}
		}()
	}
	var best Quote
collect:
	for range carriers {
		select {
		case q := <-quotes:
			if q.Carrier != "" && (best.Carrier == "" || q.Cents < best.Cents) {
				best = q
			}
		case <-ctx.Done():
			break collect
		}
	}
	if best.Carrier == "" {
		return Quote{}, ErrNoOffer
	}
	return best, nil
}
