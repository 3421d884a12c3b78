// Package mutex shows a type that guards itself with a mutex, and eight ways to
// hold the lock wrong. It belongs to part 6.1 of the guide.
//
// A mutex does not guard a variable. It guards a step: from a state in which
// all fields fit together to the next one. A step that is cut in two is wrong
// although each half is locked:
//
//	purchase of 5                        purchase of 7
//	points := p.Get()      // 10
//	                                     points := p.Get()      // 10
//	                                     p.Set(points + 7)      // 17
//	p.Set(points + 5)      // 15, and the 7 are gone
//
// # What to write
//
//   - The lock stands above the fields that it guards, unexported, in the same
//     struct. Methods have pointer receivers and the struct is not copied.
//   - An exported method is one whole step. It locks, and the next line is
//     defer Unlock, so that no return and no panic keeps the lock
//     ([Account.Withdraw]).
//   - Under the lock no method is called that locks. What two of them share
//     expects the lock and says so ([Account.change]).
//   - What leaves is a copy ([Account.Entries]).
//   - Under the lock there is nothing that waits and no function of somebody
//     else: take a copy, unlock, then call ([Bank.Report]).
//   - Who needs two locks of one type takes them in the order of a key that is
//     unique and never changes ([Bank.Transfer]). Better, hold one at a time
//     ([Bank.Account]).
//
// A defer keeps the lock to the end of its function, not of a block. If that is
// too long, make the step a function, as [Bank.Report] does.
//
// # What finds it
//
// The race detector sees the access without the lock ([Usage.Add]), and the
// map that left without a copy ([Basket.Items]). It is silent where each access
// is locked and the step is not ([Points.Earn]), and where a copy took its own
// lock along ([Meters.Of]): that takes a test.
//
// A lock that stays locked is nothing that any tool reports: the next to lock
// waits. Then it is a hang, which the goroutineleak profile (part of Go since
// 1.27) explains, and the runtime, if no goroutine of the process can go on.
// goleak needs the test to return, and to synctest a wait for a mutex is no
// wait. A second Unlock ends the process, and no recover helps
// ([Sessions.Close]). go vet sees a lock that an assignment, an argument or a
// return copies (testdata/refused), not the one that append moves.
package mutex

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Errors of an [Account] and a [Bank].
var (
	ErrFunds  = errors.New("not enough money")
	ErrAmount = errors.New("amount is not positive")
	ErrSame   = errors.New("both accounts are one")
)

// An Account is a balance and the entries that add up to it. [Bank.Account]
// makes one. It must not be copied. All methods may be called concurrently.
type Account struct {
	owner string // orders the locks; never changes, so it needs none

	mu      sync.Mutex // guards what follows
	balance int
	entries []int
}

// Deposit adds a positive amount.
func (a *Account) Deposit(amount int) error {
	if amount <= 0 {
		return ErrAmount
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.change(amount)
}

// Withdraw takes a positive amount, or nothing and returns [ErrFunds].
func (a *Account) Withdraw(amount int) error {
	if amount <= 0 {
		return ErrAmount
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.change(-amount)
}

// Balance returns the balance. It may be another one by the time it is used:
// who wants to withdraw calls Withdraw and looks at the error.
func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// Entries returns a copy of the entries, the oldest first.
func (a *Account) Entries() []int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.entries)
}

// change is the step that keeps balance and entries together. The caller holds
// the lock.
func (a *Account) change(amount int) error {
	if a.balance+amount < 0 {
		return fmt.Errorf("%s: %w", a.owner, ErrFunds)
	}
	a.balance += amount
	a.entries = append(a.entries, amount)
	return nil
}

// A Bank keeps an account for each owner. The zero value has none. It must not
// be copied. All methods may be called concurrently.
type Bank struct {
	mu       sync.Mutex // guards the map, not the accounts in it
	accounts map[string]*Account
}

// Account returns the account of an owner, which it opens if there is none.
// The bank's lock is free again before the account's is taken.
func (b *Bank) Account(owner string) *Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.accounts[owner]
	if !ok {
		if b.accounts == nil {
			b.accounts = map[string]*Account{}
		}
		a = &Account{owner: owner}
		b.accounts[owner] = a
	}
	return a
}

// Transfer moves a positive amount between the accounts of two owners, or
// nothing and returns an error. It holds both locks meanwhile. Balance, called
// for one account after the other, can still see the amount twice or not at
// all.
func (b *Bank) Transfer(from, to string, amount int) error {
	if amount <= 0 {
		return ErrAmount
	}
	if from == to {
		return ErrSame // one lock, which cannot be taken twice
	}
	source, target := b.Account(from), b.Account(to)
	first, second := source, target
	if to < from {
		first, second = target, source
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if err := source.change(-amount); err != nil {
		return err
	}
	return target.change(amount)
}

// Report calls write with each owner and balance, in the order of the names,
// until it returns an error. No lock is held meanwhile: write may be slow, and
// may use the bank. The balances are those of different moments.
func (b *Bank) Report(write func(owner string, balance int) error) error {
	for _, a := range b.all() {
		if err := write(a.owner, a.Balance()); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}

func (b *Bank) all() []*Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*Account, 0, len(b.accounts))
	for _, a := range b.accounts {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *Account) int {
		return strings.Compare(a.owner, b.owner)
	})
	return all
}
