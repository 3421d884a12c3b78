// Package bloatedinterface shows what an interface of twelve methods costs
// those who take it, fake it and wrap it. It belongs to part 14 of the guide:
// interface with 10+ methods.
//
// Nobody writes twelve methods to test a function that calls one. The way out
// is to embed the interface: all twelve compile, and eleven of them call nil.
//
//	type fakeStore struct {
//		Store         // nil
//		cents int     // for Price, the one that is called today
//	}
//
// The same embedding makes a wrapper. It passes on what it does not name, and
// that includes the methods which come later.
//
// # What to write
//
//   - An interface where it is used, of the methods that are called there:
//     [Pricer] has two, and [Invoice] takes it. The store need not know.
//   - A wrapper that keeps what it wraps in a field with a name, and has the
//     methods that it writes down, and no other ([View]).
//   - What a function needs as its parameter, not behind a type assertion that
//     may fail ([Total]). Who has less is adapted, in sight ([OneByOne]).
//
// What matters is how many of the methods a caller uses, and who implements
// them. reflect.Type has dozens; nobody else can implement it, and its
// unexported methods see to that.
//
// # What finds it
//
// interfacebloat counts what an interface writes down, and reports more than
// ten ([Store]). One that is embedded counts as a single method ([Shop]);
// goguide's own analyzer embeddedbloat counts its methods. Neither sees the
// harm. The fake panics when a test runs it ([StoreInvoice]). A test sees what
// gets through a wrapper ([ReadOnly]) or is lost in it ([TotalIfBatch]), where
// somebody thinks of it. With small interfaces the compiler sees all three:
// testdata/refused.
package bloatedinterface

import (
	"context"
	"fmt"
)

// A Pricer is what an invoice asks. Cents and percent are not negative.
type Pricer interface {
	Price(ctx context.Context, item string) (cents int, err error)
	Discount(ctx context.Context, customer string) (percent int, err error)
}

// Invoice returns what a customer pays for the items, in cents. It wraps the
// first error of p.
func Invoice(
	ctx context.Context, p Pricer, customer string, items ...string,
) (cents int, err error) {
	for _, item := range items {
		price, err := p.Price(ctx, item)
		if err != nil {
			return 0, fmt.Errorf("price of %s: %w", item, err)
		}
		cents += price
	}
	percent, err := p.Discount(ctx, customer)
	if err != nil {
		return 0, fmt.Errorf("discount of %s: %w", customer, err)
	}
	return cents * (100 - percent) / 100, nil
}

// A View lets others read prices, and nothing else: the methods of a View are
// those that stand here, whatever the store behind it learns.
type View struct{ prices Pricer }

// NewView returns a view of the prices of a store.
func NewView(prices Pricer) View { return View{prices} }

// Price returns the price of an item.
func (v View) Price(ctx context.Context, item string) (cents int, err error) {
	return v.prices.Price(ctx, item)
}

// A Batch answers for many items with one query.
type Batch interface {
	Prices(ctx context.Context, items ...string) (cents []int, err error)
}

// Total returns the sum of the prices, in cents.
func Total(
	ctx context.Context, b Batch, items ...string,
) (cents int, err error) {
	prices, err := b.Prices(ctx, items...)
	if err != nil {
		return 0, fmt.Errorf("prices of %d items: %w", len(items), err)
	}
	for _, price := range prices {
		cents += price
	}
	return cents, nil
}

// OneByOne makes a Batch of a store that can answer for one item at a time. It
// costs a query for each.
type OneByOne struct{ Pricer Pricer }

// Prices returns the prices of the items, in their order.
func (o OneByOne) Prices(
	ctx context.Context, items ...string,
) (cents []int, err error) {
	cents = make([]int, len(items))
	for i, item := range items {
		if cents[i], err = o.Pricer.Price(ctx, item); err != nil {
			return nil, err
		}
	}
	return cents, nil
}
