package notinstruct

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type userKey struct{}

// as is the ctx of a user's request.
func as(ctx context.Context, user string) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.WithValue(ctx, userKey{}, user))
}

// books is a bank that writes down who booked what.
type books struct {
	mu      sync.Mutex
	entries []string
}

func (b *books) book(ctx context.Context, entry string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	user, _ := ctx.Value(userKey{}).(string)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, user+": "+entry)
	return nil
}

// busy is a bank that says when it has begun, and ends with its ctx.
func busy() (Bank, <-chan struct{}) {
	began := make(chan struct{}, 1)
	return func(ctx context.Context, _ string) error {
		began <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}, began
}

// twoRequests books one entry each for ana, whose request is over, and bob.
func twoRequests(t *testing.T, book func(context.Context, string) error) (first, second error) {
	ana, end := as(t.Context(), "ana")
	first = book(ana, "rent")
	end()
	bob, end := as(t.Context(), "bob")
	defer end()
	return first, book(bob, "wages")
}

func TestLedger_Book_obeysItsCaller(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b books
		l := Ledger{Bank: b.book}
		first, second := twoRequests(t, l.Book)
		require.NoError(t, first)
		require.NoError(t, second)
		assert.Equal(t, []string{"ana: rent", "bob: wages"}, b.entries)
	})
}

func TestLedger_Book_endsWithItsCaller(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		bank, _ := busy()
		l := Ledger{Bank: bank}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, l.Book(ctx, "rent"), context.DeadlineExceeded)
	})
}

func TestLedger_Close_isBounded(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		bank, began := busy()
		l := Ledger{Bank: bank}
		ctx, cancel := context.WithCancelCause(t.Context())
		var wg sync.WaitGroup
		errAway := errors.New("went away")
		wg.Go(func() { assert.ErrorIs(t, l.Book(ctx, "rent"), errAway) })
		<-began
		errLate := errors.New("shutdown takes too long")
		patience, end := context.WithTimeoutCause(t.Context(), time.Millisecond, errLate)
		defer end()
		require.ErrorIs(t, l.Close(patience), errLate)
		require.ErrorIs(t, l.Book(t.Context(), "late"), ErrClosed)
		cancel(errAway)
		assert.NoError(t, l.Close(t.Context()), "the second try")
		wg.Wait()
	})
}

func TestLedger_Close_waitsForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wg sync.WaitGroup
		l := Ledger{Bank: func(context.Context, string) error {
			time.Sleep(time.Minute)
			return nil
		}}
		for range 3 {
			wg.Go(func() { assert.NoError(t, l.Book(t.Context(), "rent")) })
			time.Sleep(time.Second)
		}
		start := time.Now()
		wg.Go(func() { assert.NoError(t, l.Close(t.Context()), "a second one beside it") })
		require.NoError(t, l.Close(t.Context()))
		assert.Equal(t, 59*time.Second, time.Since(start))
		wg.Wait()
	})
}

func TestLedger_Close_unused(t *testing.T) {
	t.Parallel()
	var l Ledger
	for range 2 {
		assert.NoError(t, l.Close(t.Context()))
	}
	assert.ErrorIs(t, l.Book(t.Context(), "late"), ErrClosed)
}

func TestLazyDesk_Book(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b books
		d := LazyDesk{Bank: b.book}
		first, second := twoRequests(t, d.Book)
		require.NoError(t, first)
		assert.ErrorIs(t, second, context.Canceled, "bob's own ctx has not ended")
		assert.Equal(t, []string{"ana: rent"}, b.entries)
	})
}

// While the first request lasts, the others work, in its name.
func TestLazyDesk_Book_wrongName(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b books
		d := LazyDesk{Bank: b.book}
		for _, user := range []string{"ana", "bob"} {
			ctx, cancel := as(t.Context(), user)
			defer cancel()
			require.NoError(t, d.Book(ctx, "rent"))
		}
		assert.Equal(t, []string{"ana: rent", "ana: rent"}, b.entries)
	})
}

// The near-miss: a value that lives no longer than its ctx may keep it.
func TestLazyDesk_Book_oneDeskPerRequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b books
		first, second := twoRequests(t, func(ctx context.Context, entry string) error {
			d := LazyDesk{Bank: b.book}
			return d.Book(ctx, entry)
		})
		require.NoError(t, first)
		require.NoError(t, second)
		assert.Equal(t, []string{"ana: rent", "bob: wages"}, b.entries)
	})
}

func TestBoundLedger_Book(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		bank, _ := busy()
		l := NewBoundLedger(t.Context(), bank) // as in main
		_ = l.Book("rent")
		assert.Fail(t, "it returned")
	})
}

// The near-miss: a ledger made for this one entry ends with its caller.
func TestBoundLedger_Book_madeForOneEntry(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		bank, _ := busy()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		l := NewBoundLedger(ctx, bank)
		assert.ErrorIs(t, l.Book("rent"), context.DeadlineExceeded)
		l.Close()
	})
}

func TestBoundLedger_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		bank, began := busy()
		l := NewBoundLedger(t.Context(), bank) // as in main
		go func() { _ = l.Book("rent") }()
		<-began
		l.Close()
		assert.Fail(t, "it returned")
	})
}
