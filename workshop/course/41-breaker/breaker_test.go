package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const pause = time.Minute

var errDown = errors.New("the bank is down")

// A payment is a call of the bank, and has a way for its caller to leave.
type payment func(ctx context.Context, leave func()) error

func fails(context.Context, func()) error   { return errDown }
func pays(context.Context, func()) error    { return nil }
func refuses(context.Context, func()) error { return fmt.Errorf("card expired: %w", Refused) }
func cancels(context.Context, func()) error { return fmt.Errorf("bank: %w", context.Canceled) }
func panics(context.Context, func()) error  { panic("a bug") }

func leaves(ctx context.Context, leave func()) error {
	leave()
	<-ctx.Done()
	return fmt.Errorf("calling the bank: %w", ctx.Err())
}

// do pays, and returns a panic as an error.
func do(b *Breaker, p payment) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return b.Do(ctx, func(ctx context.Context) error { return p(ctx, cancel) })
}

// tooSlow is a payment that the bank does not answer in time.
func tooSlow(b *Breaker) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return b.Do(ctx, func(ctx context.Context) error {
		<-ctx.Done()
		return fmt.Errorf("calling the bank: %w", ctx.Err())
	})
}

// open reports whether a payment is refused without a call.
func open(b *Breaker) bool {
	called := false
	err := b.Do(context.Background(), func(context.Context) error {
		called = true
		return nil
	})
	return !called && errors.Is(err, ErrOpen)
}

// inARow is set when one call waits for another, under a lock.
var inARow bool

// Not in a bubble, for a lock that is waited for stops the clock of one.
func TestDo_callsDoNotWaitForEachOther(t *testing.T) {
	b := New(3, pause)
	var both sync.WaitGroup
	both.Add(2)
	met := make(chan struct{})
	go func() {
		both.Wait()
		close(met)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			b.Do(ctx, func(ctx context.Context) error {
				both.Done()
				select {
				case <-met:
				case <-ctx.Done():
				}
				return nil
			})
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		inARow = true
		t.Error("Two customers pay at the same time, and one waits until the other has paid.")
	}
}

func bubble(t *testing.T, f func(t *testing.T, b *Breaker)) {
	t.Helper()
	if inARow {
		t.Skip("not run while calls wait for each other: see above")
	}
	synctest.Test(t, func(t *testing.T) { f(t, New(3, pause)) })
}

func TestDo_opens(t *testing.T) {
	bubble(t, func(t *testing.T, b *Breaker) {
		for i := range 3 {
			if err := do(b, fails); !errors.Is(err, errDown) || errors.Is(err, ErrOpen) {
				t.Errorf("Payment %d failed with %q, and Do returned %v.", i+1, errDown, err)
			}
		}
		if !open(b) {
			t.Error("The bank has failed three times in a row, and is still called.")
		}
		time.Sleep(pause - time.Second)
		if !open(b) {
			t.Errorf("The bank is called again after %v, not after %v.", pause-time.Second, pause)
		}
		time.Sleep(time.Second)
		if open(b) {
			t.Errorf("After %v nobody tries whether the bank works.", pause)
		}
		if open(b) {
			t.Error("The bank works again: one has tried. Payments are still refused.")
		}
	})
}

func TestDo_whatCounts(t *testing.T) {
	for what, c := range map[string]struct {
		payments []payment
		open     bool
	}{
		"two payments failed, one was paid, two failed":           {[]payment{fails, fails, pays, fails, fails}, false},
		"five cards had expired":                                  {[]payment{refuses, refuses, refuses, refuses, refuses}, false},
		"two payments failed, one card had expired, two failed":   {[]payment{fails, fails, refuses, fails, fails}, false},
		"five customers left":                                     {[]payment{leaves, leaves, leaves, leaves, leaves}, false},
		"two payments failed, one customer left, one failed":      {[]payment{fails, fails, leaves, fails}, true},
		"the bank said canceled three times, and nobody had left": {[]payment{cancels, cancels, cancels}, true},
		"three calls panicked":                                    {[]payment{panics, panics, panics}, true},
	} {
		t.Run(what, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *Breaker) {
				for _, p := range c.payments {
					if err := do(b, p); errors.Is(err, ErrOpen) {
						t.Errorf("When %s, the breaker opened too early.", what)
						return
					}
				}
				if got := open(b); got != c.open {
					t.Errorf("When %s, payments are refused: %v, and not %v.", what, got, c.open)
				}
			})
		})
	}
}

func TestDo_aServerThatIsTooSlow(t *testing.T) {
	bubble(t, func(t *testing.T, b *Breaker) {
		for range 3 {
			tooSlow(b)
		}
		if !open(b) {
			t.Error("Three payments came to their deadline in a row, and the bank is still called.")
		}
	})
}

func broken(b *Breaker) {
	for range 3 {
		do(b, fails)
	}
}

func TestDo_oneTries(t *testing.T) {
	bubble(t, func(t *testing.T, b *Breaker) {
		broken(b)
		time.Sleep(pause)
		var mu sync.Mutex
		calls, refused := 0, 0
		for range 100 {
			go func() {
				err := b.Do(context.Background(), func(context.Context) error {
					mu.Lock()
					calls++
					mu.Unlock()
					time.Sleep(time.Second)
					return nil
				})
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, ErrOpen) {
					refused++
				}
			}()
		}
		synctest.Wait()
		mu.Lock()
		if calls != 1 || refused != 99 {
			t.Errorf("A hundred pay when the pause is over. %d calls hit a bank that has just come back, and %d were refused.", calls, refused)
		}
		mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		if open(b) {
			t.Error("The one who tried has paid, and payments are still refused.")
		}
	})
}

func TestDo_theOneWhoTries(t *testing.T) {
	for what, c := range map[string]struct {
		payment payment
		open    bool // after it
	}{
		"has paid":            {pays, false},
		"had an expired card": {refuses, false},
		"could not pay":       {fails, true},
		"has left":            {leaves, false},
		"was hit by a panic":  {panics, true},
		"was told canceled":   {cancels, true},
	} {
		t.Run(what, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *Breaker) {
				broken(b)
				time.Sleep(pause)
				do(b, c.payment)
				if got := open(b); got != c.open {
					t.Errorf("The one who tried %s. The next payment is refused: %v, and not %v.", what, got, c.open)
					return
				}
				if !c.open {
					return
				}
				time.Sleep(pause - time.Second)
				if !open(b) {
					t.Errorf("The one who tried %s, and %v later the bank is called again, not after %v.", what, pause-time.Second, pause)
				}
				time.Sleep(time.Second)
				if open(b) {
					t.Errorf("The one who tried %s, and %v later nobody tries again.", what, pause)
				}
			})
		})
	}
}

// One who leaves hands the try on, and does not close the breaker.
func TestDo_leavingProvesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, b *Breaker) {
		broken(b)
		time.Sleep(pause)
		do(b, leaves)
		do(b, fails)
		if !open(b) {
			t.Error("The one who tried has left, the next could not pay, and the bank is called on.")
		}
	})
}

// late begins a call, which ends with err when end is called.
func late(b *Breaker, err error) (end func()) {
	done := make(chan struct{})
	go b.Do(context.Background(), func(context.Context) error {
		<-done
		return err
	})
	synctest.Wait()
	return func() {
		close(done)
		synctest.Wait()
	}
}

func TestDo_whatComesLate(t *testing.T) {
	t.Run("paid, while it is open", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *Breaker) {
			end := late(b, nil)
			broken(b)
			time.Sleep(pause / 2)
			end()
			if !open(b) {
				t.Error("A payment from before the bank went down ended well. The bank is called again, too early.")
			}
		})
	})
	t.Run("paid, while one tries", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *Breaker) {
			end := late(b, nil)
			broken(b)
			time.Sleep(pause)
			tried := late(b, nil)
			end()
			if !open(b) {
				t.Error("While one tried, a payment from before ended well. It let all others in.")
			}
			tried()
		})
	})
	t.Run("failed, when all is well again", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *Breaker) {
			var ends []func()
			for range 3 {
				ends = append(ends, late(b, errDown))
			}
			broken(b)
			time.Sleep(pause)
			do(b, pays)
			for _, end := range ends {
				end()
			}
			if open(b) {
				t.Error("The bank works again. Three payments from before it went down have failed late, and closed the shop.")
			}
		})
	})
	t.Run("failed, while it is open", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *Breaker) {
			end := late(b, errDown)
			broken(b)
			time.Sleep(pause / 2)
			end()
			time.Sleep(pause / 2)
			if open(b) {
				t.Error("A payment from before failed late, and the shop is closed for longer than the pause.")
			}
		})
	})
}
