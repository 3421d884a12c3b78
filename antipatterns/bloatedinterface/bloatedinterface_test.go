package bloatedinterface

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("connection broken")

// A fakeStore answers for the price. It embeds the rest, which is nil.
type fakeStore struct {
	Store
	cents int
}

func (f fakeStore) Price(context.Context, string) (int, error) {
	return f.cents, nil
}

func TestStore(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, 12, reflect.TypeFor[Store]().NumMethod())
		var _ Store = fakeStore{} // with one method of its own
	})
}

func TestShop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, 11, reflect.TypeFor[Shop]().NumMethod())
	})
}

func TestStoreInvoice(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, _ = StoreInvoice(t.Context(), fakeStore{cents: 450}, "ana", "tea")
	})
}

// The near-miss: what is embedded is a store, not nil.
func TestStoreInvoice_embeddedButNotNil(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := discounted{fakeStore{cents: 450}}
		cents, err := StoreInvoice(t.Context(), s, "ana", "tea")
		require.NoError(t, err)
		assert.Equal(t, 405, cents)
	})
}

// A discounted store gives ten percent to everybody.
type discounted struct{ Store }

func (discounted) Discount(context.Context, string) (int, error) {
	return 10, nil
}

// A fake is a Pricer, whole.
type fake struct {
	cents, percent      int
	noPrice, noDiscount error
}

func (f fake) Price(context.Context, string) (int, error) {
	return f.cents, f.noPrice
}

func (f fake) Discount(context.Context, string) (int, error) {
	return f.percent, f.noDiscount
}

func TestInvoice(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := fake{cents: 450, percent: 10}
		cents, err := Invoice(t.Context(), p, "ana", "tea", "rice")
		require.NoError(t, err)
		assert.Equal(t, 810, cents)

		_, err = Invoice(t.Context(), fake{noPrice: errBroken}, "ana", "tea")
		require.ErrorIs(t, err, errBroken)
		require.ErrorContains(t, err, "price of tea: ")
		_, err = Invoice(t.Context(), fake{noDiscount: errBroken}, "ana", "tea")
		require.ErrorIs(t, err, errBroken)
		require.ErrorContains(t, err, "discount of ana: ")
	})
}

func TestCompiler_refusesTheSameWithSmallInterfaces(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}

// A shop has prices; its other methods are not called here.
type shop struct {
	Shop
	cents   map[string]int
	queries int
}

func (s *shop) Price(_ context.Context, item string) (int, error) {
	s.queries++
	cents, ok := s.cents[item]
	if !ok {
		return 0, errBroken
	}
	return cents, nil
}

func (s *shop) Prices(_ context.Context, items ...string) ([]int, error) {
	s.queries++
	var cents []int
	for _, item := range items {
		cents = append(cents, s.cents[item])
	}
	return cents, nil
}

func (s *shop) SetPrice(_ context.Context, item string, cents int) error {
	s.cents[item] = cents
	return nil
}

func (s *shop) Import(_ context.Context, cents map[string]int) error {
	s.cents = cents
	return nil
}

func newShop() *shop {
	return &shop{cents: map[string]int{"tea": 450, "rice": 300}}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := newShop()
		partner := ReadOnly{s}
		cheap := map[string]int{"tea": 1}
		require.NoError(t, partner.Import(t.Context(), cheap))
		assert.Equal(t, cheap, s.cents)
	})
}

// The near-miss: what ReadOnly does name.
func TestReadOnly_whatItNames(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := newShop()
		partner := ReadOnly{s}
		ctx := t.Context()
		require.ErrorIs(t, partner.SetPrice(ctx, "tea", 1), ErrReadOnly)
		require.ErrorIs(t, partner.SetDiscount(ctx, "ana", 100), ErrReadOnly)
		require.ErrorIs(t, partner.SetStock(ctx, "tea", 1), ErrReadOnly)
		require.ErrorIs(t, partner.AddCustomer(ctx, "1", "bob"), ErrReadOnly)
		require.ErrorIs(t, partner.AddOrder(ctx, "ana", "tea"), ErrReadOnly)
		assert.Equal(t, newShop(), s)
		cents, err := partner.Price(ctx, "tea")
		require.NoError(t, err)
		assert.Equal(t, 450, cents)
	})
}

func TestView_hasOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		v := NewView(newShop())
		cents, err := v.Price(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, 450, cents)
		assert.Equal(t, 1, reflect.TypeFor[View]().NumMethod())
		_, writes := any(v).(Writes)
		assert.False(t, writes)
	})
}

// A counted store counts the calls of Price. It embeds a Pricer.
type counted struct {
	Pricer
	calls int
}

func (c *counted) Price(ctx context.Context, item string) (int, error) {
	c.calls++
	return c.Pricer.Price(ctx, item)
}

func TestTotalIfBatch(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := newShop()
		wrapped := &counted{Pricer: s}
		cents, err := TotalIfBatch(t.Context(), wrapped, "tea", "rice")
		require.NoError(t, err)
		assert.Equal(t, 750, cents)
		assert.Equal(t, 2, s.queries)
	})
}

// The near-miss: the same store without a wrapper.
func TestTotalIfBatch_unwrapped(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := newShop()
		cents, err := TotalIfBatch(t.Context(), s, "tea", "rice")
		require.NoError(t, err)
		assert.Equal(t, 750, cents)
		assert.Equal(t, 1, s.queries)
	})
}

func TestTotal_asksOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := newShop()
		cents, err := Total(t.Context(), s, "tea", "rice")
		require.NoError(t, err)
		assert.Equal(t, 750, cents)
		assert.Equal(t, 1, s.queries)
	})
}

func TestOneByOne_asksForEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := newShop()
		cents, err := Total(t.Context(), OneByOne{s}, "tea", "rice")
		require.NoError(t, err)
		assert.Equal(t, 750, cents)
		assert.Equal(t, 2, s.queries)

		_, err = Total(t.Context(), OneByOne{s}, "tea", "gold", "rice")
		require.ErrorIs(t, err, errBroken)
		require.ErrorContains(t, err, "prices of 3 items: ")
	})
}
