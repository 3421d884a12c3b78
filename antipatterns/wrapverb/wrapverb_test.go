package wrapverb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noCustomer is a store that rejects every event.
func noCustomer(Event) error {
	return fmt.Errorf("no customer: %w", ErrRejected)
}

// deliver delivers an event at most five times, and returns how many times the
// store was asked.
func deliver(
	book func(Event, func(Event) error) error,
	store func(Event) error,
) (asked int, err error) {
	err = Deliver(5, func() error {
		return book(Event{ID: "7"}, func(e Event) error {
			asked++
			return store(e)
		})
	})
	return asked, err
}

const text = "event 7: no customer: rejected"

func TestWithVerb(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		asked, err := deliver(WithVerb, noCustomer)
		require.EqualError(t, err, text)
		assert.Equal(t, 5, asked)
	})
}

// The near-miss: where the next try may help, nobody misses the error that was
// cut off.
func TestWithVerb_worthAnotherTry(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		busy := []error{fs.ErrExist, fs.ErrExist, nil}
		asked, err := deliver(WithVerb, func(Event) error {
			err := busy[0]
			busy = busy[1:]
			return err
		})
		require.NoError(t, err)
		assert.Equal(t, 3, asked)
	})
}

func TestBook_deliversOnceWhatIsRejected(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		asked, err := deliver(Book, noCustomer)
		require.ErrorIs(t, err, ErrRejected)
		require.EqualError(t, err, text)
		assert.Equal(t, 1, asked)

		asked, err = deliver(Book, func(Event) error { return nil })
		require.NoError(t, err)
		assert.Equal(t, 1, asked)

		asked, err = deliver(Book, func(Event) error { return fs.ErrExist })
		require.ErrorIs(t, err, fs.ErrExist)
		assert.Equal(t, 5, asked)
	})
}

func TestWithText(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		asked, err := deliver(WithText, noCustomer)
		require.EqualError(t, err, text)
		assert.Equal(t, 5, asked)
	})
}

// The near-miss: the text of one error beside another that is wrapped.
func TestReject_wrapsTheSentinelAlone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		cause := json.Unmarshal([]byte("{"), new(struct{}))
		asked, err := deliver(Book, func(Event) error { return Reject(cause) })
		require.ErrorIs(t, err, ErrRejected)
		require.ErrorContains(t, err, cause.Error())
		require.NotErrorIs(t, err, cause, "nor the decoder that made it")
		assert.Equal(t, 1, asked)
	})
}

func TestByHelper(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		asked, err := deliver(ByHelper, noCustomer)
		require.EqualError(t, err, text)
		assert.Equal(t, 5, asked)
	})
}

// The near-miss: the same helper with a %w.
func TestByHelper_withW(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		asked, err := deliver(func(e Event, store func(Event) error) error {
			return failf(e, "%w", store(e))
		}, noCustomer)
		require.EqualError(t, err, text)
		require.ErrorIs(t, err, ErrRejected)
		assert.Equal(t, 1, asked)
	})
}

func TestNoUnwrap(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		asked, err := deliver(NoUnwrap, noCustomer)
		require.EqualError(t, err, text)
		assert.Equal(t, 5, asked)
	})
}

func TestEventError_isFoundAndSeenThrough(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		asked, err := deliver(func(e Event, store func(Event) error) error {
			return &EventError{e.ID, store(e)}
		}, noCustomer)
		require.EqualError(t, err, text)
		require.ErrorIs(t, err, ErrRejected)
		assert.Equal(t, 1, asked)
		failed, ok := errors.AsType[*EventError](fmt.Errorf("bus: %w", err))
		require.True(t, ok)
		assert.Equal(t, "7", failed.ID)
	})
}

// mustHaveCustomer is a store that panics with an error.
func mustHaveCustomer(e Event) error { panic(noCustomer(e)) }

func TestRecovered(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		asked, err := deliver(Recovered, mustHaveCustomer)
		require.EqualError(t, err, "event 7: panic: no customer: rejected")
		assert.Equal(t, 5, asked)
	})
}

func guarded(e Event, store func(Event) error) error {
	return Guard(func() error { return Book(e, store) })
}

func TestGuard_wrapsAPanicThatIsAnError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		asked, err := deliver(guarded, mustHaveCustomer)
		require.EqualError(t, err, "panic: no customer: rejected")
		require.ErrorIs(t, err, ErrRejected)
		assert.Equal(t, 1, asked)

		_, err = deliver(guarded, func(e Event) error {
			return fmt.Errorf("unknown version %d", e.Body[0])
		})
		_, ok := errors.AsType[runtime.Error](err)
		assert.True(t, ok, "of the runtime")
	})
}

// The near-miss: what is no error can only be formatted.
func TestGuard_formatsAPanicThatIsNone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, err := deliver(guarded, func(Event) error { panic("no customer") })
		require.EqualError(t, err, "panic: no customer")
		asked, err := deliver(guarded, noCustomer)
		require.EqualError(t, err, text, "no panic")
		assert.Equal(t, 1, asked)
		_, err = deliver(guarded, func(Event) error { return nil })
		require.NoError(t, err)
	})
}
