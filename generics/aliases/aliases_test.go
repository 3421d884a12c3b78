package aliases

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
	"example.com/goguide/generics/aliases/orders"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPage_isOneTypeUnderBothNames(t *testing.T) {
	t.Parallel()
	// Code of before the move, and of after it.
	before := func(pages []Page[string]) bool { return pages[0].Last() }
	after := func(pages map[string]orders.Page[string]) int { return len(pages) }

	assert.True(t, before([]orders.Page[string]{{Items: []string{"tea"}}}))
	assert.Equal(t, 1, after(map[string]Page[string]{"a": {}}))
	assert.Equal(t, reflect.TypeFor[orders.Page[int]](), reflect.TypeFor[Page[int]]())
	var v any = Page[int]{}
	_, same := v.(orders.Page[int])
	assert.True(t, same)
}

func TestSet_isEveryMapWithoutValues(t *testing.T) {
	t.Parallel()
	sorted := func(m map[string]struct{}) []string { return slices.Sorted(maps.Keys(m)) }
	assert.Equal(t, []string{"a", "b"}, sorted(SetOf("b", "a", "b")))
	text, err := json.Marshal(SetOf(1))
	require.NoError(t, err)
	assert.JSONEq(t, `{"1":{}}`, string(text))
	assert.Equal(t, Set[int]{}, SetOf[int]())
}

func TestStatus(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		status := Status(func() error { return &orders.NotFoundError{ID: 7} })
		assert.Equal(t, http.StatusInternalServerError, status)
	})
}

// The near-miss: as long as somebody returns the old error, it is found.
func TestStatus_ofTheOldError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		status := Status(func() error { return &MissingError{ID: 7} })
		assert.Equal(t, http.StatusNotFound, status)
		assert.Equal(t, http.StatusOK, Status(func() error { return nil }))
		assert.EqualError(t, &MissingError{ID: 7}, "no order 7")
	})
}

func TestNotFoundError_isFoundByEitherName(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := fmt.Errorf("loading: %w", &orders.NotFoundError{ID: 7})
		before, ok := errors.AsType[*NotFoundError](err)
		require.True(t, ok)
		assert.Equal(t, 7, before.ID)
	})
}

func TestBookAll(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		owed := map[Account]int64{}
		BookAll(owed, []Row{{Order: 900, Account: 1, Cents: 250}})
		assert.Equal(t, map[Account]int64{900: 250}, owed)
	})
}

// The near-miss: where the two numbers are equal. A test with 1 and 1 passes.
func TestBookAll_whereBothAreTheSame(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		owed := map[Account]int64{}
		BookAll(owed, []Row{{Order: 1, Account: 1, Cents: 250}, {Order: 2, Account: 2, Cents: 4}})
		assert.Equal(t, map[Account]int64{1: 250, 2: 4}, owed)
	})
}

func TestBook_takesEachIDInItsPlace(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		owed := ByAccount[int64]{}
		Book(owed, AccountID(1), OrderID(900), 250)
		Book(owed, AccountID(1), OrderID(901), 50)
		assert.Equal(t, map[AccountID]int64{1: 300}, owed)
	})
}

// A broker has a queue for each topic that somebody listens to.
type broker map[string][]any

func (b broker) send(topic string, event any) {
	if queue, listening := b[topic]; listening {
		b[topic] = append(queue, event)
	}
}

// The old name is in the subscription, and was right before the move.
func TestPublish(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		b := broker{"aliases.Shipped": nil}
		Publish(b.send, Shipped{ID: 7})
		assert.Empty(t, b["aliases.Shipped"])
	})
}

// The near-miss: a type that has not moved.
func TestPublish_ofATypeOfThisPackage(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		b := broker{"aliases.Row": nil}
		Publish(b.send, Row{Order: 7})
		assert.Equal(t, broker{"aliases.Row": {Row{Order: 7}}}, b)
	})
}

func TestSend_keepsTheTopicAcrossAMove(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		b := broker{"orders.shipped": nil}
		Send(b.send, Shipped{ID: 7})
		Send(b.send, orders.Shipped{ID: 8})
		want := broker{"orders.shipped": {orders.Shipped{ID: 7}, orders.Shipped{ID: 8}}}
		assert.Equal(t, want, b)
	})
}

func TestCompiler_refusesWhatAnAliasIsNot(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}
