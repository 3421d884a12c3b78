// Package bank transfers money between accounts.
//
// # What people see
//
// Twice a week the bank stands still, mostly on the first of the month. Nothing
// is logged, and no CPU is used; customers wait until somebody restarts it. A
// payment between two who pay each other is always among those that wait. Since
// savings are topped up on their own when something comes in, it has happened
// each day. The auditor, who locks all rows in alphabetical order, has never
// been in the way.
//
// # Your task
//
// No two payments may wait for each other, whatever notify does, and payments
// between other accounts go on meanwhile. rows.go is the database, and stays as
// it is.
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
	b.rows.Lock(from)
	defer b.rows.Unlock(from)
	b.rows.Lock(to)
	defer b.rows.Unlock(to)
	has := b.rows.Get(from)
	if has < cents {
		return ErrFunds
	}
	gets := b.rows.Get(to)
	b.rows.Set(from, has-cents)
	b.rows.Set(to, gets+cents)
	b.notify(from, has-cents)
	b.notify(to, gets+cents)
	return nil
}
