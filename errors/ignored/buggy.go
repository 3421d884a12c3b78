package ignored

import (
	"encoding/json"
	"strconv"
)

// BareCall pays for an order and ships it. Compare [Buy].
func BareCall(pay func(cents int) error, ship func() error) error {
	// BUG(test, errcheck): BareCall drops pay's error, and ships what is not
	// paid for.
	pay(4200)
	return ship()
}

// BlankError pays for an order and ships it. Compare [Buy].
func BlankError(pay func(cents int) error, ship func() error) error {
	// BUG(test): BlankError drops pay's error, and ships what is not paid for.
	// The blank tells errcheck that this is meant.
	_ = pay(4200)
	return ship()
}

// BlankNumber limits what a customer may send in a minute; 0 is no limit.
// Compare [Limit].
func BlankNumber(setting string) int {
	// BUG(test): BlankNumber takes what is no number for 0: a typing error in
	// a setting takes the limit away.
	n, _ := strconv.Atoi(setting)
	return n
}

// NilReturned returns the rights of a user. Compare [Rights].
func NilReturned(load func() ([]byte, error)) ([]string, error) {
	text, err := load()
	if err != nil {
		// BUG(test, nilerr): NilReturned turns every error into no rights and
		// no error: while the store is down, each user is told to have none.
		return nil, nil
	}
	var rights []string
	err = json.Unmarshal(text, &rights)
	return rights, err
}

// OverwrittenError enters an order in two places. Compare [Store].
func OverwrittenError(ledger, index func() error) error {
	// BUG(test, ineffassign, wastedassign, staticcheck): OverwrittenError has
	// no if err != nil after ledger: index's nil takes the place of its error.
	err := ledger()
	err = index()
	return err
}
