// Package quotes asks carriers what they want for a parcel.
//
// Two things were left behind. The goroutine of a late carrier had nobody to
// hand its offer to: its send waited for ever. With room for the answers of all
// carriers no send ever waits; what nobody takes goes with the channel. And the
// carriers' ctx was the caller's, which lives on: a ctx of its own, cancelled
// on every return, tells those that listen. Its timeout is the patience.
//
// A carrier that does not look at its ctx goes on until it is done. Nothing in
// Go can stop a goroutine from outside.
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
	quotes := make(chan Quote, len(carriers))
	for _, ask := range carriers {
		go func() {
			quote, err := ask(ctx)
			if err != nil {
				quote = Quote{} // no offer
			}
			quotes <- quote
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
