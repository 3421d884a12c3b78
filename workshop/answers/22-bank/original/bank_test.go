package bank

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// inARow is set when payments wait for others that have nothing to do with
// them.
var inARow bool

// Not in a bubble, for a mutex that is waited for stops the clock of one: the
// first round trip of each of two payments ends only once both have begun.
func TestTransfer_goesOnBesideOthers(t *testing.T) {
	var mu sync.Mutex
	begun := 0
	both := make(chan struct{})
	first := true
	rows := NewRows(map[string]int{"ann": 100, "cid": 100}, func() {
		mu.Lock()
		wait := first
		if begun++; begun == 2 {
			first = false
			close(both)
		}
		mu.Unlock()
		if !wait {
			return
		}
		select {
		case <-both:
		case <-time.After(3 * time.Second):
			mu.Lock()
			defer mu.Unlock()
			first, inARow = false, true
		}
	})
	b := NewBank(rows, func(string, int) {})
	var wg sync.WaitGroup
	wg.Go(func() { _ = b.Transfer("ann", "bob", 1) })
	wg.Go(func() { _ = b.Transfer("cid", "dan", 1) })
	wg.Wait()
	if inARow {
		t.Errorf("While ann pays bob, cid cannot pay dan: all wait in one row for the database.")
	}
}

// bubble runs a test in a bubble, where a round trip takes 10ms, exactly.
func bubble(t *testing.T, f func(t *testing.T)) {
	if inARow {
		t.Skip("not run while payments wait for each other in a row: see above")
	}
	synctest.Test(t, f)
}

func roundTrip() { time.Sleep(10 * time.Millisecond) }

func silent(string, int) {}

// all wants all of these to end, if they begin at the same time.
func all(t *testing.T, what string, fs ...func()) {
	t.Helper()
	done := make(chan bool, len(fs))
	for _, f := range fs {
		go func() {
			f()
			done <- true
		}()
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	if len(done) < len(fs) {
		t.Fatalf("%s: %d of %d have come to an end after an hour. The bank stands still.", what, len(done), len(fs))
	}
}

func pay(t *testing.T, b *Bank, from, to string, cents int) func() {
	return func() {
		if err := b.Transfer(from, to, cents); err != nil {
			t.Errorf("%s has money and pays %s, and Transfer returned %v.", from, to, err)
		}
	}
}

func TestTransfer_doesNotWaitForOneThatWaitsForIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := NewBank(NewRows(map[string]int{"ann": 100, "bob": 100}, roundTrip), silent)
		all(t, "ann and bob pay each other, two payments in opposite directions",
			pay(t, b, "ann", "bob", 30), pay(t, b, "bob", "ann", 10))
		if a, c := b.Balance("ann"), b.Balance("bob"); a != 80 || c != 120 {
			t.Errorf("ann paid 30 of 100, and bob 10. Now they have %d and %d, not 80 and 120.", a, c)
		}
	})
}

func TestTransfer_inARing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := NewBank(NewRows(map[string]int{"ann": 100, "bob": 100, "cid": 100}, roundTrip), silent)
		all(t, "ann pays bob, bob pays cid, and cid pays ann",
			pay(t, b, "ann", "bob", 1), pay(t, b, "bob", "cid", 1), pay(t, b, "cid", "ann", 1))
	})
}

func TestTransfer_letsNotifyUseTheBank(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var b *Bank
		var told []string
		b = NewBank(NewRows(map[string]int{"ann": 100}, roundTrip), func(account string, cents int) {
			told = append(told, fmt.Sprint(account, " ", cents))
			if now := b.Balance(account); now != cents {
				t.Errorf("notify was told that %s has %d, and the bank says %d.", account, cents, now)
			}
			if account == "bob" && cents == 30 {
				pay(t, b, "bob", "bob's savings", 20)() // the top-up
			}
		})
		all(t, "When something comes in, notify asks for the balance and tops up savings", pay(t, b, "ann", "bob", 30))
		if want := []string{"ann 70", "bob 30", "bob 10", "bob's savings 20"}; !slices.Equal(told, want) {
			t.Errorf("notify was told %q, not %q.", told, want)
		}
	})
}

func TestTransfer_tellsBeforeItReturns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []string
		b := NewBank(NewRows(map[string]int{"ann": 100}, roundTrip), func(account string, cents int) {
			time.Sleep(time.Second) // a mail
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprint(account, " ", cents))
		})
		pay(t, b, "ann", "bob", 30)()
		mu.Lock()
		if want := []string{"ann 70", "bob 30"}; !slices.Equal(told, want) {
			t.Errorf("The payment is done, and notify was told %q, not %q.", told, want)
		}
		mu.Unlock()
		time.Sleep(time.Hour)
	})
}

func TestTransfer_withinAnAccount(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := NewBank(NewRows(map[string]int{"ann": 100}, roundTrip), func(string, int) {
			t.Error("Nothing has changed, and somebody was told.")
		})
		all(t, "ann pays herself", pay(t, b, "ann", "ann", 30))
		if got := b.Balance("ann"); got != 100 {
			t.Errorf("ann paid herself, and of 100 she has %d.", got)
		}
	})
}

func TestTransfer_ofTooMuchGivesTheRowsBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := NewBank(NewRows(map[string]int{"ann": 100}, roundTrip), silent)
		if err := b.Transfer("ann", "bob", 101); !errors.Is(err, ErrFunds) {
			t.Errorf("ann has 100 and pays 101, and Transfer returned %v.", err)
		}
		all(t, "ann could not pay, and the next payments follow", pay(t, b, "ann", "bob", 100), func() { b.Balance("ann") })
	})
}

func TestTransfer_isAllOrNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		names := []string{"ann", "bob", "cid", "dan"}
		rows := NewRows(map[string]int{"ann": 100, "bob": 100, "cid": 100, "dan": 100}, roundTrip)
		b := NewBank(rows, silent)
		var payments []func()
		for i := range 20 {
			from := i % 4
			payments = append(payments, pay(t, b, names[from], names[(from+1+i%3)%4], 1))
		}
		audit := func() {
			for range 20 {
				sum := 0
				for _, n := range names { // in the order of the names
					rows.Lock(n)
				}
				for _, n := range names {
					sum += rows.Get(n)
				}
				for _, n := range names {
					rows.Unlock(n)
				}
				if sum != 400 {
					t.Errorf("Four accounts have 400 together. The auditor, who has locked them all, counts %d.", sum)
					return
				}
			}
		}
		all(t, "There are 20 payments and an auditor", append(payments, audit)...)
	})
}
