// Package quotes asks carriers what they want for a parcel.
//
// # What people see
//
// The shop shows the cheapest offer that arrives within two seconds. That
// works. But each instance of the service grows by some hundred MB a day, most
// on days when a carrier is slow, and is restarted on Sundays. The slow carrier
// complains as well: it computes offers, for minutes, that nobody takes.
//
// # Your task
//
// Cheapest must leave nothing behind. When it has returned, the carriers' ctx
// has ended, and a goroutine ends as soon as its carrier has answered.
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
	quotes := make(chan Quote)
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
	timeout := time.After(patience)
collect:
	for range carriers {
		select {
		case q := <-quotes:
			if q.Carrier != "" && (best.Carrier == "" || q.Cents < best.Cents) {
				best = q
			}
		case <-timeout:
			break collect
		case <-ctx.Done():
			break collect
		}
	}
	if best.Carrier == "" {
		return Quote{}, ErrNoOffer
	}
	return best, nil
}
