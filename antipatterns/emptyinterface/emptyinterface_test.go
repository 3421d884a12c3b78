package emptyinterface

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Two configurations, of which one has the port in quotes.
const (
	number = `{"port": 8080}`
	quoted = `{"port": "8080"}`
)

func TestAsserted(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _, _ = Asserted([]byte(quoted)) })
}

func TestAssertedOK(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		address, err := AssertedOK([]byte(quoted))
		require.NoError(t, err)
		assert.Equal(t, ":0", address)
	})
}

// The near-miss: the port is a number.
func TestAsserted_ofANumber(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		address, err := Asserted([]byte(number))
		require.NoError(t, err)
		assert.Equal(t, ":8080", address)
		address, err = AssertedOK([]byte(number))
		require.NoError(t, err)
		assert.Equal(t, ":8080", address)
	})
}

func TestLoad_namesTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	defaults := Config{"localhost", 80}
	detect.Fix(t, func() {
		c, err := Load(strings.NewReader(number), defaults)
		require.NoError(t, err)
		assert.Equal(t, Config{"localhost", 8080}, c)

		c, err = Load(strings.NewReader(quoted), defaults)
		wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
		require.True(t, ok)
		assert.Equal(t, "port", strings.ToLower(wrong.Field))
		assert.Zero(t, c)

		_, err = Load(strings.NewReader(`{"prot": 8080}`), defaults)
		require.Error(t, err)
	})
}

const paid = `{"order": 1234567, "items": ["tea"]}`

func TestByMap(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		key, err := ByMap([]byte(paid))
		require.NoError(t, err)
		assert.Equal(t, "order:1.234567e+06", key)
	})
}

// The near-miss: the first 999,999 orders.
func TestByMap_ofASmallNumber(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		key, err := ByMap([]byte(`{"order": 999999}`))
		require.NoError(t, err)
		assert.Equal(t, "order:999999", key)
	})
}

// The near-miss: a decoder that keeps numbers as they are written.
func TestByMap_withUseNumber(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		d := json.NewDecoder(strings.NewReader(paid))
		d.UseNumber()
		var event map[string]any
		require.NoError(t, d.Decode(&event))
		assert.Equal(t, "order:1234567", fmt.Sprint("order:", event["order"]))
	})
}

func TestDecode_keepsTheNumber(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p, err := Decode([]byte(paid))
		require.NoError(t, err)
		assert.Equal(t, Paid{1234567, []string{"tea"}}, p)
		assert.Equal(t, "order:1234567", p.Key())

		const beyond = 1<<53 + 1 // a float64 cannot hold it
		p, err = Decode(fmt.Appendf(nil, `{"order": %d}`, beyond))
		require.NoError(t, err)
		assert.EqualValues(t, beyond, p.Order)

		_, err = Decode([]byte(`{"items": ["tea"]}`))
		require.ErrorIs(t, err, ErrNoOrder)
		_, err = Decode([]byte(`{"order": "7"}`))
		_, ok := errors.AsType[*json.UnmarshalTypeError](err)
		assert.True(t, ok)
	})
}

// dispatched returns what is done about an event.
func dispatched(event any) (done []string) {
	do := func(what string) func(int64) {
		return func(n int64) { done = append(done, fmt.Sprint(what, " ", n)) }
	}
	ack := func() { done = append(done, "ack") }
	Dispatch(event, do("ship"), do("cancel"), ack)
	return done
}

func TestDispatch(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, []string{"ack"}, dispatched(&Paid{Order: 7}))
	})
}

// The near-miss: an event by value.
func TestDispatch_byValue(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		paid := dispatched(Paid{Order: 7})
		assert.Equal(t, []string{"ship 7", "ack"}, paid)
		refunded := dispatched(Refunded{Order: 7})
		assert.Equal(t, []string{"cancel 7", "ack"}, refunded)
	})
}

func TestTopic_reachesAllSubscribers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var payments Topic[Paid]
		require.NoError(t, payments.Publish(Paid{Order: 6}), "nobody hears")
		var shipped []int64
		errFull := errors.New("full")
		payments.Subscribe(func(Paid) error { return errFull })
		payments.Subscribe(func(p Paid) error {
			shipped = append(shipped, p.Order)
			return nil
		})
		require.ErrorIs(t, payments.Publish(Paid{Order: 7}), errFull)
		assert.Equal(t, []int64{7}, shipped, "behind the one that failed")
	})
}

func TestAnyDedup_First(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var d AnyDedup
		require.True(t, d.First(Refunded{Order: 7}))
		d.First(Paid{Order: 7})
	})
}

// The near-miss: events that can be compared.
func TestAnyDedup_First_ofWhatCanBeCompared(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var d AnyDedup
		assert.True(t, d.First(Refunded{Order: 7}))
		assert.False(t, d.First(Refunded{Order: 7}))
		assert.True(t, d.First(Refunded{Order: 8}))
	})
}

func TestSeen_remembersKeys(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var s Seen[string]
		assert.True(t, s.First(Paid{Order: 7}.Key()))
		assert.False(t, s.First(Paid{Order: 7}.Key()))
		assert.True(t, s.First(Paid{Order: 8}.Key()))
	})
}

func TestSeen_ofAnyPanicsAsWell(t *testing.T) {
	t.Parallel()
	var s Seen[any]
	assert.Panics(t, func() { s.First(Paid{Order: 7}) })
}

func TestCompiler_refusesTheSameWithTypes(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}
