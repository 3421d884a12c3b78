package stock

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errRefused = errors.New("card refused")

// oneByOne is set when customers wait for each other, under a lock.
var oneByOne bool

// Not in a bubble, for a lock that is waited for stops the clock of one: each
// of two customers pays only once the other does so as well.
func TestBuy_letsCustomersPaySideBySide(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	met := make(chan struct{})
	go func() {
		both.Wait()
		close(met)
	}()
	s := NewSale(2)
	errAlone := errors.New("alone")
	results := make(chan error, 2)
	for range 2 {
		go func() {
			results <- s.Buy(t.Context(), func(context.Context) error {
				both.Done()
				select {
				case <-met:
					return nil
				case <-time.After(2 * time.Second):
					return errAlone
				}
			})
		}()
	}
	if err := errors.Join(<-results, <-results); err != nil {
		oneByOne = true
		t.Errorf("While one customer pays, the next one cannot: a slow bank holds up all others.")
	}
}

// bubble runs a test in a bubble: a payment may take a minute there, and all
// payments overlap in every run.
func bubble(t *testing.T, f func(t *testing.T)) {
	if oneByOne {
		t.Skip("not run while customers pay one by one: see above")
	}
	synctest.Test(t, f)
}

// rush lets buyers buy at the same time, and counts.
func rush(ctx context.Context, s *Sale, buyers int, pay func(context.Context) error) (paid, sold, soldOut int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range buyers {
		wg.Go(func() {
			err := s.Buy(ctx, func(ctx context.Context) error {
				mu.Lock()
				paid++
				mu.Unlock()
				return pay(ctx)
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				sold++
			case errors.Is(err, ErrSoldOut):
				soldOut++
			}
		})
	}
	wg.Wait()
	return paid, sold, soldOut
}

func slow(context.Context) error { time.Sleep(time.Minute); return nil }

func TestBuy_sellsNoPieceTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSale(100)
		start := time.Now()
		paid, sold, soldOut := rush(t.Context(), s, 250, slow)
		if sold != 100 || s.Left() != 0 {
			t.Errorf("Of 100 pieces %d pieces were sold, and %d are left.", sold, s.Left())
		}
		if paid != sold {
			t.Errorf("%d customers have paid, and %d have got a piece.", paid, sold)
		}
		if sold == 100 && soldOut != 150 {
			t.Errorf("250 customers wanted 100 pieces, and %d were told that it is sold out.", soldOut)
		}
		if took := time.Since(start); took != time.Minute {
			t.Errorf("Each payment takes 1m0s, all at the same time; the sale took %v.", took)
		}
	})
}

func TestBuy_givesBackWhatWasNotPaid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSale(1)
		if err := s.Buy(t.Context(), func(context.Context) error { return errRefused }); !errors.Is(err, errRefused) {
			t.Errorf("A card was refused, and Buy returned %v.", err)
		}
		if s.Left() != 1 {
			t.Errorf("Nobody has bought the only piece, and %d are left: it is lost.", s.Left())
		}
		if err := s.Buy(t.Context(), slow); err != nil {
			t.Errorf("One piece is left, and the next customer gets %v.", err)
		}
	})
}

func TestBuy_givesBackAfterAPanic(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSale(1)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("The panic of pay is gone: nobody will know of it.")
				}
			}()
			_ = s.Buy(t.Context(), func(context.Context) error { panic("no such bank") })
		}()
		done := make(chan int, 1)
		go func() { done <- s.Left() }()
		synctest.Wait()
		select {
		case left := <-done:
			if left != 1 {
				t.Errorf("pay panicked, and of one piece %d are left.", left)
			}
		default:
			t.Fatal("pay panicked, and the lock is held for ever.")
		}
	})
}

func TestBuy_lookingIsFreeWhileSomebodyPays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSale(5)
		go func() { _ = s.Buy(t.Context(), slow) }()
		synctest.Wait()
		start := time.Now()
		s.Left()
		if took := time.Since(start); took != 0 {
			t.Errorf("While a customer paid, a look at what is left took %v.", took)
		}
		time.Sleep(time.Hour)
	})
}
