package oversync

import (
	"context"
	"errors"
)

// ErrFunds says that an account holds less than was asked for.
var ErrFunds = errors.New("insufficient funds")

// ErrSoldOut says that there is no seat left.
var ErrSoldOut = errors.New("sold out")

// Account is guarded by a channel with room for one. Compare [Lock].
type Account struct {
	lock    chan struct{}
	balance int
}

// NewAccount opens an account.
func NewAccount(balance int) *Account {
	return &Account{make(chan struct{}, 1), balance}
}

// Withdraw takes the amount from the account.
func (a *Account) Withdraw(amount int) error {
	a.lock <- struct{}{}
	if a.balance < amount {
		// BUG(deadlock, hang, leakprofile, synctest): Account.Withdraw keeps
		// the lock when it refuses; the next one waits for ever.
		return ErrFunds
	}
	a.balance -= amount
	<-a.lock
	return nil
}

// Update replaces the balance by what change makes of it.
func (a *Account) Update(change func(balance int) int) {
	a.lock <- struct{}{}
	// BUG(deadlock, hang, leakprofile, synctest): Account.Update keeps the
	// lock if change panics; a server recovers that, and the next one waits
	// for ever.
	a.balance = change(a.balance)
	<-a.lock
}

// Sessions is owned by a goroutine. Compare [OwnCache].
type Sessions struct {
	log  chan string
	seen chan int
}

// NewSessions starts the owner.
func NewSessions() *Sessions {
	s := &Sessions{make(chan string), make(chan int)}
	// BUG(goleak, leakprofile, synctest, fireandforget): NewSessions's goroutine
	// has no end, and keeps all sessions when nobody uses them any more.
	go func() {
		users := make(map[string]bool)
		for {
			select {
			case user := <-s.log:
				users[user] = true
			case s.seen <- len(users):
			}
		}
	}()
	return s
}

// Login notes a user.
func (s *Sessions) Login(user string) { s.log <- user }

// Seen returns how many users there were.
func (s *Sessions) Seen() int { return <-s.seen }

// Hits is owned by a goroutine that ends with ctx. Compare [OwnedCounter].
type Hits struct {
	add  chan int
	done chan struct{}
}

// NewHits starts the owner.
func NewHits(ctx context.Context) *Hits {
	h := &Hits{make(chan int), make(chan struct{})}
	go func() {
		defer close(h.done)
		n := 0
		for {
			select {
			case delta := <-h.add:
				n += delta
			case <-ctx.Done():
				return
			}
		}
	}()
	return h
}

// Hit counts one request.
func (h *Hits) Hit() {
	// BUG(deadlock, hang, leakprofile, synctest): Hits.Hit sends to an owner
	// that may have ended: at shutdown the last requests hang.
	h.add <- 1
}

// Seats keeps the number of free seats in a channel: who holds it, may write
// it, one would think. It is a bare channel with one value.
type Seats chan int

// NewSeats returns n free seats.
func NewSeats(n int) Seats {
	s := make(Seats, 1)
	s <- n
	return s
}

// Free returns how many there are.
func (s Seats) Free() int {
	n := <-s
	s <- n
	return n
}

// Set replaces the number.
func (s Seats) Set(n int) {
	<-s
	s <- n
}

// Book takes a seat, if pay succeeds. To be right it would keep the number,
// as one keeps a lock, until it puts the new one back.
func (s Seats) Book(pay func() error) error {
	free := s.Free()
	if free == 0 {
		return ErrSoldOut
	}
	if err := pay(); err != nil {
		return err
	}
	// BUG(test): Seats.Book reads and writes in two steps: two who read at
	// the same time take the same seat. No race is reported.
	s.Set(free - 1)
	return nil
}
