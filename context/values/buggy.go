package values

import (
	"context"

	"example.com/goguide/context/values/internal/billing"
)

// PlainKey writes an audit record of a request that billing has a value for
// too. Compare [WithUserID].
func PlainKey(
	ctx context.Context,
	user, account string,
	record func(user any),
) {
	// BUG(test, staticcheck): PlainKey's key is equal to that of package
	// billing, which overwrites the user with an account.
	ctx = context.WithValue(ctx, "user", user)
	ctx = billing.WithAccount(ctx, account)
	record(ctx.Value("user"))
}

// amountKey is a good key for what does not belong into a ctx.
type amountKey struct{}

// AmountInContext charges a card. Were cents a parameter, a caller that leaves
// it out or has another type would not compile.
func AmountInContext(ctx context.Context, charge func(cents int64)) {
	// BUG(test): AmountInContext takes its amount from the ctx and charges
	// nothing at all when it is missing or of another type, such as int.
	cents, _ := ctx.Value(amountKey{}).(int64)
	charge(cents)
}

// The keys of EmptyPointer. An empty struct is a good key, as is a pointer to
// a struct with a name in it, such as net/http's. A pointer to an empty struct
// is neither: two variables of size zero may have the same address (the
// specification, "Size and alignment guarantees").
var (
	userKey   = newEmptyKey()
	tenantKey = newEmptyKey()
)

type emptyKey struct{}

func newEmptyKey() *emptyKey { return new(emptyKey) }

// EmptyPointer keeps a user and a tenant. Compare [Key].
func EmptyPointer(
	ctx context.Context,
	user, tenant string,
) (gotUser, gotTenant any) {
	// BUG(test): EmptyPointer's two keys point to empty variables, which may
	// have one address, and here do: the tenant overwrites the user.
	ctx = context.WithValue(ctx, userKey, user)
	ctx = context.WithValue(ctx, tenantKey, tenant)
	return ctx.Value(userKey), ctx.Value(tenantKey)
}
