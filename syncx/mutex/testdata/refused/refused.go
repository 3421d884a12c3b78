// Package refused holds the copies of a lock that go vet sees, and two that it
// does not. A comment of the form "want NAME" names the analyzer that reports
// its line.
package refused

import (
	"slices"
	"sync"
)

// An Account locks itself.
type Account struct {
	mu      sync.Mutex
	balance int
}

// Balance is the near-miss of all that follows.
func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// Richer compares copies, made when it is called.
func Richer(a, b Account) bool { // want copylocks
	return a.Balance() > b.Balance()
}

// Snapshot returns a copy, whose lock is as locked as it was.
func (a *Account) Snapshot() Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return *a // want copylocks
}

// Reset overwrites a lock that it holds, and unlocks one that is not locked.
func (a *Account) Reset(from *Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*a = *from // want copylocks
}

// First copies an account, and with it a lock that may be locked.
func First(accounts []Account) int {
	first := accounts[0] // want copylocks
	return first.Balance()
}

// FirstOf is the near-miss.
func FirstOf(accounts []Account) int {
	first := &accounts[0]
	return first.Balance()
}

// All copies each account, and is not seen: append is a call of a slice.
func All(checking, savings []Account) []Account {
	return append(slices.Clip(checking), savings...)
}

// Last copies an account, and is not seen: T might hold no lock.
func Last[T any](all []T) T {
	return all[len(all)-1]
}

// LastBalance is what makes a T of an account, and not seen either: what a call
// returns might be new.
func LastBalance(accounts []Account) int {
	last := Last(accounts)
	return last.Balance()
}
