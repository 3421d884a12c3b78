package values

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/context/values/internal/billing"
	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ctxKey is the guide's type of a key.
type ctxKey string

const (
	guideUserKey    ctxKey = "userID"
	guideInvoiceKey ctxKey = "invoice"
)

func TestPlainKey(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var recorded any
		PlainKey(t.Context(), "anna", "account 9", func(user any) { recorded = user })
		assert.Equal(t, "account 9", recorded)
	})
}

// The near-miss is the guide's form: the same text in two packages, each with
// a type of its own, is two keys.
func TestPlainKey_ofDefinedTypes(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := context.WithValue(t.Context(), guideInvoiceKey, "ours")
		ctx = billing.WithInvoice(ctx, "theirs")
		assert.Equal(t, "ours", ctx.Value(guideInvoiceKey))
		assert.Equal(t, "theirs", ctx.Value(billing.InvoiceKey))
		assert.Nil(t, ctx.Value("invoice"), "nor is the text a key")

		// Its limits: one text twice in a package, and an exported type.
		const customerKey ctxKey = "userID"
		ctx = context.WithValue(ctx, guideUserKey, "anna")
		ctx = context.WithValue(ctx, customerKey, "customer 7")
		assert.Equal(t, "customer 7", ctx.Value(guideUserKey))
		ctx = context.WithValue(ctx, billing.Key("invoice"), "ours")
		assert.Equal(t, "ours", ctx.Value(billing.InvoiceKey))
	})
}

func TestAmountInContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var charged []int64
		charge := func(cents int64) { charged = append(charged, cents) }
		AmountInContext(t.Context(), charge)
		AmountInContext(context.WithValue(t.Context(), amountKey{}, 4200), charge)
		assert.Equal(t, []int64{0, 0}, charged)
	})
}

// The near-miss: the caller happened to convert.
func TestAmountInContext_ofTheRightType(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := context.WithValue(t.Context(), amountKey{}, int64(4200))
		var charged int64
		AmountInContext(ctx, func(cents int64) { charged = cents })
		assert.EqualValues(t, 4200, charged)
	})
}

func TestEmptyPointer(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		user, tenant := EmptyPointer(t.Context(), "anna", "tenant 3")
		assert.Equal(t, "tenant 3", user)
		assert.Equal(t, "tenant 3", tenant)
	})
}

// The near-miss: two keys of one empty type are one key by rule, and pointers
// to what is not empty are two.
func TestEmptyPointer_toSomething(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		user, tenant := NewKey[string]("same"), NewKey[string]("same")
		ctx := user.WithValue(t.Context(), "anna")
		ctx = tenant.WithValue(ctx, "tenant 3")
		u, _ := user.Value(ctx)
		n, _ := tenant.Value(ctx)
		assert.Equal(t, []string{"anna", "tenant 3"}, []string{u, n})
	})
}

func TestUserID_isWhatTheNewestContextCarries(t *testing.T) {
	t.Parallel()
	_, ok := UserID(t.Context())
	assert.False(t, ok)

	outer := WithUserID(t.Context(), "anna")
	inner := WithUserID(outer, "")
	id, ok := UserID(inner)
	require.True(t, ok, "an empty ID is one")
	assert.Empty(t, id)
	id, ok = UserID(outer)
	require.True(t, ok)
	assert.Equal(t, "anna", id, "a parent does not see its children's values")
}

func TestKey_tellsNoValueFromTheZeroValue(t *testing.T) {
	t.Parallel()
	retries := NewKey[int]("retries")
	n, ok := retries.Value(t.Context())
	assert.False(t, ok)
	assert.Zero(t, n)
	n, ok = retries.Value(retries.WithValue(t.Context(), 0))
	assert.True(t, ok)
	assert.Zero(t, n)
	n, ok = retries.Value(retries.WithValue(t.Context(), 3))
	assert.True(t, ok)
	assert.Equal(t, 3, n)
}

// A nil of an interface type is a value that no type assertion finds.
func TestKey_ofAnInterfaceTakesNilForNoValue(t *testing.T) {
	t.Parallel()
	failure := NewKey[error]("failure")
	_, ok := failure.Value(failure.WithValue(t.Context(), nil))
	assert.False(t, ok)
}

// What a log shows of a ctx. The texts are package context's and may change;
// that only a Stringer is told apart by name is the point.
func TestKey_isPrintedByName(t *testing.T) {
	t.Parallel()
	show := func(key any) string {
		return fmt.Sprint(context.WithValue(context.Background(), key, 1))
	}
	assert.Contains(t, show(NewKey[int]("retries")), "retries")
	assert.Equal(t, show(guideUserKey), show(guideInvoiceKey), "both are ctxKey")
	assert.NotEqual(t, show(userIDKey{}), show(amountKey{}))
}

// kinds are the three kinds of key, each with its way to set and to look up.
// The keys are constants where they can be, as in real code.
var (
	benchKey = NewKey[string]("user")
	kinds    = []struct {
		name string
		with func(context.Context, string) context.Context
		find func(context.Context) (string, bool)
	}{
		{"struct", WithUserID, UserID},
		{
			"string",
			func(ctx context.Context, id string) context.Context {
				return context.WithValue(ctx, guideUserKey, id)
			},
			func(ctx context.Context) (string, bool) {
				id, ok := ctx.Value(guideUserKey).(string)
				return id, ok
			},
		},
		{"pointer", benchKey.WithValue, benchKey.Value},
	}
)

// Not parallel: AllocsPerRun counts those of the whole process.
func TestWithUserID_costsWhatEveryKeyCosts(t *testing.T) {
	for _, kind := range kinds {
		id := fmt.Sprint("user ", len(kind.name))
		ctx := kind.with(t.Context(), id)
		set := testing.AllocsPerRun(100, func() { _ = kind.with(ctx, id) })
		assert.LessOrEqual(t, set, 2.0, "%s: the ctx, and the string", kind.name)
		found := testing.AllocsPerRun(100, func() { _, _ = kind.find(ctx) })
		assert.Zero(t, found, kind.name)
	}
}

// pile adds n values, as middleware does.
func pile(ctx context.Context, n int) context.Context {
	if n == 0 {
		return ctx
	}
	return context.WithValue(pile(ctx, n-1), amountKey{}, int64(n))
}

func BenchmarkValue(b *testing.B) {
	for _, kind := range kinds {
		ctx := pile(kind.with(context.Background(), "anna"), 10)
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = kind.find(ctx)
			}
		})
	}
	for _, kind := range kinds {
		b.Run("set/"+kind.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = kind.with(context.Background(), "anna")
			}
		})
	}
}
