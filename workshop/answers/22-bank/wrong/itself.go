// The order of two names that are equal does not help: the second Lock waits
// for the first.
//
// FAILS: ann pays herself
package bank

import "errors"

// ErrFunds says that there is not enough money in an account.
var ErrFunds = errors.New("not enough money")

// A Bank has accounts. It may be used by many goroutines.
type Bank struct {
	rows   *Rows
	notify func(account string, cents int)
}

// NewBank returns a bank with accounts in rows. It calls notify with the new
// balance of each account that has changed.
func NewBank(rows *Rows, notify func(account string, cents int)) *Bank {
	return &Bank{rows: rows, notify: notify}
}

// Balance returns what is in an account.
func (b *Bank) Balance(account string) int {
	b.rows.Lock(account)
	defer b.rows.Unlock(account)
	return b.rows.Get(account)
}

// Transfer transfers money, or returns [ErrFunds]. Whoever holds both rows sees
// either all of it or nothing. Before it returns it calls notify for from, and
// then for to, with the balances after this transfer. notify may use the bank.
//
// A transfer within an account changes nothing, and nobody is notified.
func (b *Bank) Transfer(from, to string, cents int) error {
	left, got, err := b.move(from, to, cents)
	if err != nil {
		return err
	}
	b.notify(from, left)
	b.notify(to, got)
	return nil
}

// move moves money, and returns both balances after that. It locks rows in the
// order of their names, as all must who lock more than one.
func (b *Bank) move(from, to string, cents int) (left, got int, err error) {
	first, second := min(from, to), max(from, to)
	b.rows.Lock(first)
	defer b.rows.Unlock(first)
	b.rows.Lock(second)
	defer b.rows.Unlock(second)
	left, got = b.rows.Get(from)-cents, b.rows.Get(to)+cents
	if left < 0 {
		return 0, 0, ErrFunds
	}
	b.rows.Set(from, left)
	b.rows.Set(to, got)
	return left, got, nil
}
