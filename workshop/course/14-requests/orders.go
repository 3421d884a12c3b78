package requests

import "context"

// This file belongs to the orders, who use this package, and has other values
// in the ctx. It is not to be changed.

type shopKey struct{}

// WithShop returns a ctx of the shop with that name.
func WithShop(ctx context.Context, shop string) context.Context {
	return context.WithValue(ctx, shopKey{}, shop)
}

// Shop returns the shop that ctx belongs to.
func Shop(ctx context.Context) string {
	shop, _ := ctx.Value(shopKey{}).(string)
	return shop
}

// WithOrder returns a ctx of the order with that number.
func WithOrder(ctx context.Context, order string) context.Context {
	return context.WithValue(ctx, "id", "order "+order)
}
