package singleflight

import (
	"context"
	"slices"

	"golang.org/x/sync/singleflight"
)

// await returns a result, or the cause of ctx's end if that comes first.
func await[V any](
	ctx context.Context,
	results <-chan singleflight.Result,
) (V, error) {
	select {
	case r := <-results:
		value, _ := r.Val.(V)
		return value, r.Err
	case <-ctx.Done():
		var none V
		return none, context.Cause(ctx)
	}
}

// Rates asks a bank for exchange rates. Compare [Group.Do].
type Rates struct {
	group singleflight.Group
	Ask   func(ctx context.Context, currency string) (float64, error)
}

// Of returns the rate of a currency.
func (r *Rates) Of(ctx context.Context, currency string) (float64, error) {
	return await[float64](ctx, r.group.DoChan(currency, func() (any, error) {
		// BUG(test): Rates.Of asks with the ctx of the first caller: when that
		// one hangs up, all who have joined it fail with "context canceled".
		return r.Ask(ctx, currency)
	}))
}

// Shop sells articles at a price of its own to each customer. Compare
// [Group.Do], whose result is to be cloned.
type Shop struct {
	group  singleflight.Group
	Prices func() []int // in cents
}

// For returns the prices of a customer who gets so many per cent off.
func (s *Shop) For(ctx context.Context, percent int) ([]int, error) {
	prices, err := await[[]int](ctx, s.group.DoChan("prices",
		func() (any, error) { return s.Prices(), nil }))
	for i := range prices {
		// BUG(race, test): Shop.For takes the discount off the slice that all
		// callers share: each gets the discounts of the others too.
		prices[i] -= prices[i] * percent / 100
	}
	return prices, err
}

// Profiles are those of the users of all tenants. Compare [Group.Do], whose
// key may be a struct.
type Profiles struct {
	group singleflight.Group
	Read  func(tenant, user string) (string, error)
}

// Of returns the profile of a user.
func (p *Profiles) Of(
	ctx context.Context,
	tenant, user string,
) (string, error) {
	// BUG(test): Profiles.Of leaves the tenant out of the key: who asks for
	// ada while another tenant's ada is read, gets that one.
	return await[string](ctx, p.group.DoChan(user, func() (any, error) {
		return p.Read(tenant, user)
	}))
}

// Stock counts articles in a warehouse whose client knows no timeout. Compare
// [Group.Do].
type Stock struct {
	group singleflight.Group
	Count func(article string) (int, error)
}

// Of returns how many there are.
func (s *Stock) Of(ctx context.Context, article string) (int, error) {
	return await[int](ctx, s.group.DoChan(article, func() (any, error) {
		// BUG(goleak, leakprofile, synctest, test): Stock.Of sets its load no
		// limit: one request that gets no answer holds the key for ever, and
		// each caller after it waits until its own ctx ends.
		return s.Count(article)
	}))
}

// Thumbnails makes small pictures, and recovers from what a broken picture
// does to the decoder. Compare [Group.Do].
type Thumbnails struct {
	group  singleflight.Group
	Shrink func(picture string) []byte
}

// Of returns the thumbnail of a picture, or none if it is broken.
func (t *Thumbnails) Of(ctx context.Context, picture string) (small []byte) {
	defer func() {
		if recover() != nil {
			small = nil
		}
	}()
	// BUG(panic): Thumbnails.Of recovers on its own goroutine, and DoChan runs
	// the load on another: one broken picture ends the process.
	small, _ = await[[]byte](ctx, t.group.DoChan(picture,
		func() (any, error) { return t.Shrink(picture), nil }))
	return slices.Clone(small)
}
