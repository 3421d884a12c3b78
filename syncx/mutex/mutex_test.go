package mutex

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
	"example.com/goguide/detect/refused"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errRefused = errors.New("refused")

func TestUsage_Add(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var u Usage
		parallel.Do(2, func(int) { u.Add(100) })
	})
}

// The near-miss: each goroutine counts for itself, and one adds up after Wait.
func TestUsage_Add_oneEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		each := make([]Usage, 4)
		var wg sync.WaitGroup
		for i := range each {
			wg.Go(func() { each[i].Add(100) })
		}
		wg.Wait()
		var all Usage
		for _, u := range each {
			all.Requests += u.Requests
			all.Bytes += u.Bytes
		}
		assert.Equal(t, Usage{Requests: 4, Bytes: 400}, all)
	})
}

// Both have read before one of them writes.
func TestPoints_Earn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var p Points
		var both sync.WaitGroup
		both.Add(2)
		parallel.Do(2, func(int) {
			p.Earn(func(int) int { both.Done(); both.Wait(); return 5 })
		})
		assert.Equal(t, 5, p.Get(), "of 10")
	})
}

// The near-miss: one after the other.
func TestPoints_Earn_inTurn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var p Points
		five := func(int) int { return 5 }
		p.Earn(five)
		p.Earn(five)
		assert.Equal(t, 10, p.Get())
	})
}

func TestSessions_Renew(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s := NewSessions()
		require.ErrorIs(t, s.Renew("unknown", 60), ErrUnknown)
		s.Open("a", 30)
	})
}

// The near-miss: a session that is known takes the path that unlocks.
func TestSessions_Renew_known(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewSessions()
		s.Open("a", 30)
		require.NoError(t, s.Renew("a", 60))
		require.NoError(t, s.Renew("a", 90))
		assert.Equal(t, map[string]int64{"a": 90}, s.ends)
	})
}

// No near-miss, but why such code passes its test: no tool reports a lock that
// stays locked while nobody wants it.
func TestSessions_Renew_once(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewSessions()
		require.ErrorIs(t, s.Renew("unknown", 60), ErrUnknown)
		assert.False(t, s.mu.TryLock())
	})
}

func TestSessions_Close(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		defer func() { _ = recover() }()
		_ = NewSessions().Close("unknown", func(int64) {})
	})
}

// The near-miss: the path that does not unlock by hand.
func TestSessions_Close_known(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s := NewSessions()
		s.Open("a", 30)
		var reported int64
		require.NoError(t, s.Close("a", func(end int64) { reported = end }))
		assert.Equal(t, int64(30), reported)
		assert.Empty(t, s.ends)
	})
}

// Each holds its own purse before either takes the other.
func TestPurse_Pay(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		a, b := Purse{coins: 10}, Purse{coins: 10}
		var both, end sync.WaitGroup
		both.Add(2)
		meet := func(int) { both.Done(); both.Wait() }
		end.Go(func() { _ = a.Pay(&b, 1, meet) })
		end.Go(func() { _ = b.Pay(&a, 1, meet) })
		end.Wait()
	})
}

// The near-miss: any number may pay at once, as long as all pay the same way.
func TestPurse_Pay_oneWay(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		a, b := Purse{coins: 10}, Purse{coins: 10}
		left := map[int]bool{}
		log := func(coins int) { left[coins] = true } // under the lock of a
		parallel.Do(8, func(int) { assert.NoError(t, a.Pay(&b, 1, log)) })
		assert.Len(t, left, 8)
		require.ErrorIs(t, a.Pay(&b, 3, log), ErrEmpty)
		assert.Equal(t, []int{2, 18}, []int{a.coins, b.coins})
	})
}

func TestBasket_Items(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Basket
		b.Put("tea")
		items := b.Items()
		var wg sync.WaitGroup
		wg.Go(func() { b.Put("tea") })
		_ = items["tea"]
		wg.Wait()
	})
}

// The near-miss: one goroutine has the map and the basket.
func TestBasket_Items_oneGoroutine(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Basket
		b.Put("tea")
		items := b.Items()
		b.Put("tea")
		assert.Equal(t, map[string]int{"tea": 2}, items)
	})
}

func TestBasket_Checkout(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Basket
		b.Put("tea")
		b.Checkout()
	})
}

// The near-miss: the same two steps, each with the lock to itself. What is put
// in between them is lost.
func TestBasket_Checkout_inTwoSteps(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Basket
		b.Put("tea")
		items := b.Items()
		b.mu.Lock()
		b.items = nil
		b.mu.Unlock()
		assert.Equal(t, map[string]int{"tea": 1}, items)
		assert.Empty(t, b.Items())
	})
}

func TestMeters_Of(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var m Meters
		a := m.Of("a")
		m.Of("b")
		a.Add()
		assert.Equal(t, 1, a.N())
		assert.Equal(t, 0, m.Of("a").N(), "of 1")
	})
}

// The near-miss: where there is room, append moves nothing.
func TestMeters_Of_room(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		m := Meters{meters: make([]Meter, 0, 2)}
		a := m.Of("a")
		m.Of("b")
		parallel.Do(4, func(int) { a.Add() })
		assert.Equal(t, 4, m.Of("a").N())
	})
}

func TestVet_refusesTheCopiesThatItSees(t *testing.T) {
	t.Parallel()
	refused.Vet(t, "testdata/refused")
}

func TestAccount_losesNoUpdate(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		parallel.Do(8, func(int) {
			a := b.Account("ann")
			for range 100 {
				assert.NoError(t, a.Deposit(2))
				assert.NoError(t, a.Withdraw(1))
				assert.Positive(t, a.Balance())
			}
		})
		a := b.Account("ann")
		assert.Equal(t, 800, a.Balance())
		assert.Len(t, a.Entries(), 1600)
	})
}

func TestAccount_refusesAndGoesOn(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		a := b.Account("ann")
		for _, amount := range []int{0, -1} {
			require.ErrorIs(t, a.Deposit(amount), ErrAmount)
			require.ErrorIs(t, a.Withdraw(amount), ErrAmount)
		}
		require.NoError(t, a.Deposit(5))
		require.ErrorIs(t, a.Withdraw(6), ErrFunds)
		assert.Equal(t, []int{5}, a.Entries())
		require.NoError(t, a.Withdraw(5))
		assert.Zero(t, a.Balance())
	})
}

func TestAccount_givesCopies(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		a := b.Account("ann")
		require.NoError(t, a.Deposit(5))
		entries := a.Entries()
		entries[0] = 1000
		parallel.Do(4, func(int) {
			assert.NoError(t, a.Deposit(1))
			_ = append(a.Entries(), 7)
		})
		assert.Equal(t, []int{5, 1, 1, 1, 1}, a.Entries())
	})
}

func TestBank_opensAccountsOnce(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		parallel.Do(8, func(int) { assert.NoError(t, b.Account("ann").Deposit(1)) })
		assert.Equal(t, 8, b.Account("ann").Balance())
		assert.Zero(t, b.Account("bob").Balance())
	})
}

// Two transfers, one each way. The first to lock is the account that comes
// first by name: while it is taken, neither transfer may hold the other.
func TestBank_locksInOneOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		ann, bob := b.Account("ann"), b.Account("bob")
		require.NoError(t, ann.Deposit(10))
		require.NoError(t, bob.Deposit(10))
		var wg sync.WaitGroup
		ann.mu.Lock()
		wg.Go(func() { assert.NoError(t, b.Transfer("ann", "bob", 1)) })
		wg.Go(func() { assert.NoError(t, b.Transfer("bob", "ann", 2)) })
		for range 1000 {
			runtime.Gosched() // to where they wait
			require.True(t, bob.mu.TryLock(), "somebody holds bob and waits for ann")
			bob.mu.Unlock()
		}
		ann.mu.Unlock()
		wg.Wait()
		assert.Equal(t, []int{11, 9}, []int{ann.Balance(), bob.Balance()})
	})
}

func TestBank_movesAllOrNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		require.NoError(t, b.Account("ann").Deposit(100))
		parallel.Do(8, func(int) {
			for range 10 {
				assert.NoError(t, b.Transfer("ann", "bob", 1))
			}
		})
		require.ErrorIs(t, b.Transfer("ann", "bob", 21), ErrFunds)
		require.ErrorIs(t, b.Transfer("ann", "ann", 1), ErrSame)
		require.ErrorIs(t, b.Transfer("ann", "bob", 0), ErrAmount)
		require.ErrorIs(t, b.Transfer("bob", "ann", -1), ErrAmount)
		assert.Equal(t, 20, b.Account("ann").Balance())
		assert.Equal(t, 80, b.Account("bob").Balance())
	})
}

func TestBank_reportsWithoutALock(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		require.NoError(t, b.Account("bob").Deposit(5))
		require.NoError(t, b.Account("ann").Deposit(5))
		var owners []string
		require.NoError(t, b.Report(func(owner string, balance int) error {
			owners = append(owners, owner)
			assert.Equal(t, b.Account(owner).Balance(), balance)
			return b.Account("eve").Deposit(1)
		}))
		assert.Equal(t, []string{"ann", "bob"}, owners)
		assert.Equal(t, 2, b.Account("eve").Balance())
	})
}

func TestBank_reportEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		b.Account("ann")
		b.Account("bob")
		n := 0
		refuse := func(string, int) error { n++; return errRefused }
		require.ErrorIs(t, b.Report(refuse), errRefused)
		assert.Equal(t, 1, n)
	})
}

func TestBank_reportsWhileAccountsAreOpened(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var b Bank
		nothing := func(string, int) error { return nil }
		var wg sync.WaitGroup
		wg.Go(func() { b.Account("ann") })
		wg.Go(func() { assert.NoError(t, b.Report(nothing)) })
		wg.Wait()
		assert.NotEmpty(t, b.all())
	})
}
