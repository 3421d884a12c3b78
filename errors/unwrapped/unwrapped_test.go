package unwrapped

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ok(context.Context) error   { return nil }
func late(context.Context) error { return context.DeadlineExceeded }

// everyFailure makes one step after the other late.
func everyFailure(
	ctx context.Context,
	checkout func(context.Context, Steps) error,
) (messages []string) {
	for _, s := range []Steps{{late, ok, ok}, {ok, late, ok}, {ok, ok, late}} {
		messages = append(messages, fmt.Sprint(checkout(ctx, s)))
	}
	return messages
}

func TestBareErrors(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		const all = "context deadline exceeded"
		got := everyFailure(t.Context(), BareErrors)
		assert.Equal(t, []string{all, all, all}, got)
	})
}

// The near-miss: where each step fails in a way of its own, the text does tell.
func TestBareErrors_ofDifferentKinds(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		declined := func(context.Context) error { return errors.New("card declined") }
		err := BareErrors(t.Context(), Steps{ok, declined, late})
		require.EqualError(t, err, "card declined")
		require.NoError(t, BareErrors(t.Context(), Steps{ok, ok, ok}))
	})
}

func TestCheckout_namesTheStepThatFailed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, []string{
			"reserving: context deadline exceeded",
			"paying: context deadline exceeded",
			"mailing: context deadline exceeded",
		}, everyFailure(t.Context(), Checkout))
		err := Checkout(t.Context(), Steps{ok, late, nil})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NoError(t, Checkout(t.Context(), Steps{ok, ok, ok}))
	})
}

type find func(
	context.Context, string, func(context.Context, string) (string, error),
) (string, error)

// status is what a caller makes of the error. It was written when the orders
// were in a database, and knows one error.
func (f find) status(ctx context.Context, missing, answer error) int {
	_, err := f(ctx, "7", func(context.Context, string) (string, error) {
		return "order", answer
	})
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, missing):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// errNoFile is what a storage in files returns.
var errNoFile = &fs.PathError{Op: "open", Path: "7.json", Err: fs.ErrNotExist}

func TestLeakedCause(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		ctx, before := t.Context(), sql.ErrNoRows
		assert.Equal(t, 404, find(LeakedCause).status(ctx, before, before))
		assert.Equal(t, 500, find(LeakedCause).status(ctx, before, errNoFile),
			"the caller was not changed, and breaks")
	})
}

// The near-miss: a caller that asks for no cause.
func TestLeakedCause_ofNoInterest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 200, find(LeakedCause).status(t.Context(), io.EOF, nil))
		assert.Equal(t, 500, find(LeakedCause).status(t.Context(), io.EOF, errNoFile))
	})
}

func TestFind_hasErrorsOfItsOwn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx := t.Context()
		got := func(answer error) error {
			_, err := Find(ctx, "7", func(context.Context, string) (string, error) {
				return "order", answer
			})
			return err
		}
		require.NoError(t, got(nil))
		assert.Equal(t, 404, find(Find).status(ctx, ErrNotFound, sql.ErrNoRows))
		require.EqualError(t, got(sql.ErrNoRows), "order 7: no such order")
		assert.NotErrorIs(t, got(sql.ErrNoRows), sql.ErrNoRows)

		err := got(errNoFile)
		assert.NotErrorIs(t, err, fs.ErrNotExist)
		require.EqualError(t, err, "order 7: "+errNoFile.Error(), "but it says so")

		require.ErrorIs(t, got(context.Canceled), context.Canceled)
		require.ErrorIs(t, got(context.DeadlineExceeded), context.DeadlineExceeded)
		assert.EqualError(t, got(context.Canceled), "order 7: context canceled")
	})
}

func TestFind_returnsTheOrder(t *testing.T) {
	t.Parallel()
	order, err := Find(t.Context(), "7",
		func(_ context.Context, id string) (string, error) { return "order " + id, nil })
	require.NoError(t, err)
	assert.Equal(t, "order 7", order)
}

func TestWrappedEOF_Read(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		text, err := io.ReadAll(&WrappedEOF{R: strings.NewReader("text")})
		assert.Equal(t, "text", string(text))
		require.EqualError(t, err, "after byte 4: EOF", "all is read, and failed")
		assert.ErrorIs(t, err, io.EOF, "which io.ReadAll does not ask")
	})
}

// The near-miss: a caller that knows the length never sees the end.
func TestWrappedEOF_Read_ofSoManyBytes(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		p := make([]byte, 4)
		_, err := io.ReadFull(&WrappedEOF{R: strings.NewReader("text")}, p)
		require.NoError(t, err)
		assert.Equal(t, "text", string(p))
	})
}

func TestReader_endsByEOFItself(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		text, err := io.ReadAll(&Reader{R: strings.NewReader("text")})
		require.NoError(t, err)
		assert.Equal(t, "text", string(text))
		// A reader may also return its last bytes and io.EOF at once.
		together := iotest.DataErrReader(strings.NewReader("text"))
		text, err = io.ReadAll(&Reader{R: together})
		require.NoError(t, err)
		assert.Equal(t, "text", string(text))
		require.NoError(t, iotest.TestReader(
			&Reader{R: strings.NewReader("text")}, []byte("text")))
	})
}

func TestReader_saysWhereItFailed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		errBroken := errors.New("connection broken")
		r := io.MultiReader(strings.NewReader("text"), iotest.ErrReader(errBroken))
		_, err := io.ReadAll(&Reader{R: r})
		require.ErrorIs(t, err, errBroken)
		assert.EqualError(t, err, "after byte 4: connection broken")
	})
}
