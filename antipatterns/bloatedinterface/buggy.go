package bloatedinterface

import (
	"context"
	"errors"
	"fmt"
)

// A Store keeps all that a shop knows. Compare [Pricer].
//
// BUG(interfacebloat): Store has twelve methods, of which no caller uses more
// than two. Whoever fakes or wraps it has to do with all twelve.
type Store interface {
	Price(ctx context.Context, item string) (cents int, err error)
	SetPrice(ctx context.Context, item string, cents int) error
	Discount(ctx context.Context, customer string) (percent int, err error)
	SetDiscount(ctx context.Context, customer string, percent int) error
	Stock(ctx context.Context, item string) (pieces int, err error)
	SetStock(ctx context.Context, item string, pieces int) error
	Customer(ctx context.Context, id string) (name string, err error)
	AddCustomer(ctx context.Context, id, name string) error
	RemoveCustomer(ctx context.Context, id string) error
	Orders(ctx context.Context, customer string) (ids []string, err error)
	AddOrder(ctx context.Context, customer string, items ...string) error
	RemoveOrder(ctx context.Context, id string) error
}

// Reads is half of a [Shop].
type Reads interface {
	Price(ctx context.Context, item string) (cents int, err error)
	Discount(ctx context.Context, customer string) (percent int, err error)
	Stock(ctx context.Context, item string) (pieces int, err error)
	Customer(ctx context.Context, id string) (name string, err error)
	Orders(ctx context.Context, customer string) (ids []string, err error)
}

// Writes is the other half.
type Writes interface {
	SetPrice(ctx context.Context, item string, cents int) error
	SetDiscount(ctx context.Context, customer string, percent int) error
	SetStock(ctx context.Context, item string, pieces int) error
	AddCustomer(ctx context.Context, id, name string) error
	AddOrder(ctx context.Context, customer string, items ...string) error
	Import(ctx context.Context, cents map[string]int) error
}

// A Shop is a [Store] as interfacebloat wants it. Compare [Pricer].
//
// BUG(embeddedbloat): Shop writes down no method and has eleven by embedding
// two interfaces: for those who take a Shop nothing is smaller.
type Shop interface {
	Reads
	Writes
}

// StoreInvoice returns what a customer pays. Compare [Invoice].
func StoreInvoice(
	ctx context.Context, s Store, customer, item string,
) (cents int, err error) {
	cents, err = s.Price(ctx, item)
	if err != nil {
		return 0, fmt.Errorf("price of %s: %w", item, err)
	}
	// BUG(panic): StoreInvoice asks for the discount since today. A fake that
	// embeds a Store to write Price alone still compiles, and panics here.
	percent, err := s.Discount(ctx, customer)
	if err != nil {
		return 0, fmt.Errorf("discount of %s: %w", customer, err)
	}
	return cents * (100 - percent) / 100, nil
}

// ErrReadOnly says that nothing can be written.
var ErrReadOnly = errors.New("read only")

// ReadOnly is a shop for partners, who may look. Compare [View].
type ReadOnly struct {
	// BUG(test): ReadOnly passes on each method that it does not name. Import
	// came to the shop later, and a partner can write by it.
	Shop
}

// SetPrice refuses.
func (ReadOnly) SetPrice(context.Context, string, int) error {
	return ErrReadOnly
}

// SetDiscount refuses.
func (ReadOnly) SetDiscount(context.Context, string, int) error {
	return ErrReadOnly
}

// SetStock refuses.
func (ReadOnly) SetStock(context.Context, string, int) error {
	return ErrReadOnly
}

// AddCustomer refuses.
func (ReadOnly) AddCustomer(context.Context, string, string) error {
	return ErrReadOnly
}

// AddOrder refuses.
func (ReadOnly) AddOrder(context.Context, string, ...string) error {
	return ErrReadOnly
}

// TotalIfBatch returns the sum of the prices. Compare [Total].
func TotalIfBatch(
	ctx context.Context, p Pricer, items ...string,
) (cents int, err error) {
	// BUG(test): TotalIfBatch asks at run time for a method that Pricer lacks.
	// A wrapper that embeds a Pricer hides it: a query for each item.
	if b, ok := p.(Batch); ok {
		return Total(ctx, b, items...)
	}
	return Total(ctx, OneByOne{p}, items...)
}
