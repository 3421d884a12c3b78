package ignored

import (
	"errors"
	"io/fs"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDeclined = errors.New("card declined")

// A shop counts what leaves it.
type shop struct {
	paying, shipping error
	paid, shipped    int
}

func (s *shop) pay(cents int) error {
	if s.paying == nil {
		s.paid += cents
	}
	return s.paying
}

func (s *shop) ship() error {
	if s.shipping == nil {
		s.shipped++
	}
	return s.shipping
}

func TestBareCall(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &shop{paying: errDeclined}
		require.NoError(t, BareCall(s.pay, s.ship))
		assert.Zero(t, s.paid)
		assert.Equal(t, 1, s.shipped)
	})
}

func TestBlankError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &shop{paying: errDeclined}
		require.NoError(t, BlankError(s.pay, s.ship))
		assert.Zero(t, s.paid)
		assert.Equal(t, 1, s.shipped)
	})
}

// The near-miss: a card that is good.
func TestBareCall_andBlankErrorWhenPaid(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &shop{}
		require.NoError(t, BareCall(s.pay, s.ship))
		require.NoError(t, BlankError(s.pay, s.ship))
		assert.Equal(t, &shop{paid: 8400, shipped: 2}, s)
	})
}

func TestBuy_shipsOnlyWhatIsPaidFor(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := &shop{paying: errDeclined}
		err := Buy(s.pay, s.ship)
		require.ErrorIs(t, err, errDeclined)
		require.EqualError(t, err, "paying: card declined")
		assert.Zero(t, s.shipped)

		s = &shop{}
		require.NoError(t, Buy(s.pay, s.ship))
		assert.Equal(t, &shop{paid: 4200, shipped: 1}, s)

		s = &shop{shipping: errDeclined}
		require.EqualError(t, Buy(s.pay, s.ship), "shipping: card declined")
	})
}

func TestBlankNumber(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		assert.Equal(t, 60, BlankNumber("60"))
		assert.Zero(t, BlankNumber("6O"), "the letter O: no limit")
		assert.Zero(t, BlankNumber(" 60"), "nor does Atoi cut spaces")
	})
}

// The near-miss: out of range, Atoi returns the greatest int beside its error.
// The zero value is a custom, not a rule.
func TestBlankNumber_outOfRange(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		const huge = "99999999999999999999"
		assert.Equal(t, int(^uint(0)>>1), BlankNumber(huge))
		_, err := Limit(huge)
		assert.ErrorIs(t, err, strconv.ErrRange)
	})
}

func TestLimit_tellsMissingFromWrong(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		n, err := Limit("")
		require.NoError(t, err)
		assert.Equal(t, DefaultLimit, n)
		n, err = Limit("1")
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		_, err = Limit("6O")
		require.ErrorIs(t, err, strconv.ErrSyntax)
		require.ErrorContains(t, err, "messages a minute: ")
		_, err = Limit("0")
		assert.EqualError(t, err, "messages a minute: 0 is less than 1")
	})
}

// load returns a function that loads a text, or fails.
func load(text string, err error) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), err }
}

func TestNilReturned(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		down := load("", errDeclined)
		rights, err := NilReturned(down)
		require.NoError(t, err)
		assert.Empty(t, rights)
		rights, err = NilReturned(load(`["read"]`, nil))
		require.NoError(t, err)
		assert.Equal(t, []string{"read"}, rights)
	})
}

// The near-miss: a nil for the one error that means none.
func TestRights_areNoneOnlyWithoutAFile(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		missing := &fs.PathError{Op: "open", Path: "anna", Err: fs.ErrNotExist}
		rights, err := Rights(load("", missing))
		require.NoError(t, err)
		assert.Empty(t, rights)

		_, err = Rights(load("", errDeclined))
		require.EqualError(t, err, "loading rights: card declined")
		require.ErrorIs(t, err, errDeclined)
		_, err = Rights(load(`["read"`, nil))
		require.ErrorContains(t, err, "reading rights: ")
		rights, err = Rights(load(`["read"]`, nil))
		require.NoError(t, err)
		assert.Equal(t, []string{"read"}, rights)
	})
}

func TestOverwrittenError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := &shop{shipping: errDeclined}
		indexed := false
		index := func() error { indexed = true; return nil }
		require.NoError(t, OverwrittenError(s.ship, index))
		assert.True(t, indexed, "what the ledger does not have")
	})
}

// The near-miss: the last error is returned.
func TestOverwrittenError_ofTheLastCall(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		fails, works := (&shop{shipping: errDeclined}).ship, (&shop{}).ship
		require.ErrorIs(t, OverwrittenError(works, fails), errDeclined)

		require.NoError(t, Store(works, works))
		require.EqualError(t, Store(works, fails), "writing to the index: card declined")
		s := &shop{}
		require.EqualError(t, Store(fails, s.ship), "writing to the ledger: card declined")
		assert.Zero(t, s.shipped, "the index is not touched")
	})
}

func TestPage_doesWithoutTheCacheButReportsIt(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		full := func(string) error { return errDeclined }
		var reported []error
		report := func(err error) { reported = append(reported, err) }
		page, err := Page(func() (string, error) { return "page", nil }, full, report)
		require.NoError(t, err)
		assert.Equal(t, "page", page)
		require.Len(t, reported, 1)
		assert.ErrorIs(t, reported[0], errDeclined)

		put := ""
		works := func(page string) error { put = page; return nil }
		_, err = Page(func() (string, error) { return "page", nil }, works, report)
		require.NoError(t, err)
		assert.Equal(t, "page", put)
		assert.Len(t, reported, 1)

		_, err = Page(func() (string, error) { return "", errDeclined }, works, nil)
		assert.EqualError(t, err, "loading the page: card declined")
	})
}
