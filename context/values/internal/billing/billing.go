// Package billing is the other package of the bug values.PlainKey: it knows
// nothing of values and has chosen the same key.
package billing

import "context"

// Key is the guide's type of a key, exported by mistake: whoever converts a
// text to it has billing's key.
type Key string

// InvoiceKey is the key of WithInvoice.
const InvoiceKey Key = "invoice"

// WithAccount returns a ctx that carries the account to charge.
func WithAccount(ctx context.Context, account string) context.Context {
	// The other half of values.PlainKey, and as wrong.
	return context.WithValue(ctx, "user", account) //nolint:staticcheck // SA1029
}

// WithInvoice returns a ctx that carries the number of an invoice.
func WithInvoice(ctx context.Context, number string) context.Context {
	return context.WithValue(ctx, InvoiceKey, number)
}
