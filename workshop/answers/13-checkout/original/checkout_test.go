package checkout

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type requestID struct{}

func TestCheckout_endsWhenTheCustomerLeaves(t *testing.T) {
	for name, slow := range map[string]func(s *Services){
		"while the goods are reserved": func(s *Services) { s.Reserve = takes(time.Hour) },
		"while the bank is slow":       func(s *Services) { s.Charge = takes(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				s := services()
				slow(&s)
				receipts := atomic.Int32{}
				s.Receipt = func(context.Context, string) error { receipts.Add(1); return nil }
				start := time.Now()
				err := Checkout(ctx, s, "#7")
				if took := time.Since(start); took != time.Second {
					t.Fatalf("The customer left after 1s, and Checkout held on for %v.", took)
				}
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("The customer left, and Checkout returned %v, not ctx's error.", err)
				}
				synctest.Wait()
				if receipts.Load() > 0 {
					t.Error("There is a receipt for what was not paid.")
				}
			})
		})
	}
}

func TestCheckout_mailsTheReceiptAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), requestID{}, "r-42"))
		defer cancel()
		s := services()
		mailed, id := false, any(nil)
		s.Receipt = func(ctx context.Context, order string) error {
			id = ctx.Value(requestID{})
			err := takes(5*time.Second)(ctx, order)
			mailed = err == nil
			return err
		}
		start := time.Now()
		if err := Checkout(ctx, s, "#7"); err != nil {
			t.Errorf("Nothing failed, and Checkout returned %v.", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("The customer had to wait %v for the receipt.", took)
		}
		cancel() // as net/http does when the handler has returned
		time.Sleep(time.Minute)
		synctest.Wait()
		if !mailed {
			t.Error("The customer has paid, and there is no receipt: it ended with the request.")
		}
		if id != "r-42" {
			t.Errorf("The receipt's ctx has the request ID %v, not r-42.", id)
		}
	})
}

func TestCheckout_givesUpAReceiptThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), requestID{}, "r-42"), time.Hour)
		defer cancel()
		s := services()
		s.Receipt = takes(24 * time.Hour)
		var after time.Duration
		var id any
		start := time.Now()
		s.Log = func(ctx context.Context, _ string) {
			after = time.Since(start)
			id = ctx.Value(requestID{})
		}
		_ = Checkout(ctx, s, "#7")
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		if after == 0 {
			t.Fatal("A receipt was never sent, and nothing was logged.")
		}
		if after != receiptTime {
			t.Errorf("A receipt that hangs was given up after %v, not %v.", after, receiptTime)
		}
		if id != "r-42" {
			t.Errorf("The log line has the request ID %v, not r-42.", id)
		}
	})
}

func TestCheckout_doesNotChargeForWhatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errSold := errors.New("sold out")
		s := services()
		s.Reserve = func(context.Context, string) error { return errSold }
		s.Charge = func(context.Context, string) error { t.Error("The customer was charged."); return nil }
		if err := Checkout(t.Context(), s, "#7"); !errors.Is(err, errSold) {
			t.Errorf("Checkout returned %v, not %v.", err, errSold)
		}
	})
}

// services does everything at once.
func services() Services {
	at := takes(0)
	return Services{at, at, at, func(context.Context, string) {}}
}

// takes is a call of that length, which ends with its ctx.
func takes(d time.Duration) func(context.Context, string) error {
	return func(ctx context.Context, _ string) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
