package once

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const keep = 24 * time.Hour

var errBank = errors.New("the bank is down")

// A bank takes three seconds for a payment. The first fails payments fail.
type bank struct {
	mu     sync.Mutex
	paid   []string
	fails  int
	ended  error // of the ctx, when it was done
	id     any
	panics bool
}

type key struct{}

func (b *bank) pay(ctx context.Context, body string) (Answer, error) {
	time.Sleep(3 * time.Second)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.paid = append(b.paid, body)
	b.ended, b.id = ctx.Err(), ctx.Value(key{})
	if b.panics {
		panic("a bug")
	}
	if len(b.paid) <= b.fails {
		return Answer{}, errBank
	}
	return Answer{201, fmt.Sprintf("payment %d: %s", len(b.paid), body)}, nil
}

// inARow is set when one request waits for another's, under a lock.
var inARow bool

// Not in a bubble, for a lock that is waited for stops the clock of one.
func TestDo_otherKeysDoNotWait(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var both sync.WaitGroup
	both.Add(2)
	met := make(chan struct{})
	go func() {
		both.Wait()
		close(met)
	}()
	o := New(func(context.Context, string) (Answer, error) {
		both.Done()
		select {
		case <-met:
		case <-ctx.Done():
		}
		return Answer{Status: 201}, nil
	}, keep)
	var wg sync.WaitGroup
	for _, k := range []string{"a", "b"} {
		wg.Go(func() { o.Do(ctx, k, "10 euros") })
	}
	wg.Wait()
	if ctx.Err() != nil {
		inARow = true
		t.Error("Two customers pay at the same time, with keys of their own, and one waits until the other has paid.")
	}
}

func run(t *testing.T, b *bank, f func(t *testing.T, o *Once)) {
	t.Helper()
	if inARow {
		t.Skip("not run while customers wait for each other: see above")
	}
	synctest.Test(t, func(t *testing.T) {
		f(t, New(b.pay, keep))
		time.Sleep(2 * keep)
	})
}

// want wants so many payments, and an answer to each request.
func (b *bank) want(t *testing.T, n int, what string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.paid) != n {
		t.Errorf("%s. The bank was asked for %d payments, and not for %d.", what, len(b.paid), n)
	}
}

func TestDo_retriesAtTheSameTime(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		const what = "The app sent one payment ten times, within two seconds"
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 200 * time.Millisecond)
				a, err := o.Do(t.Context(), "k1", "10 euros")
				if took := time.Since(start); err != nil || a != (Answer{201, "payment 1: 10 euros"}) || took != 3*time.Second {
					t.Errorf("%s. One request got %v and the error %v after %v, and not the answer of payment 1 after 3s.", what, a, err, took)
				}
			})
		}
		time.Sleep(2500 * time.Millisecond)
		if n := o.Len(); n != 1 {
			t.Errorf("%s. It is going on, and Len says %d.", what, n)
		}
		wg.Wait()
		b.want(t, 1, what)
	})
}

func TestDo_aRetryLater(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		o.Do(t.Context(), "k1", "10 euros")
		time.Sleep(keep - time.Second)
		a, err := o.Do(t.Context(), "k1", "10 euros")
		if a.Body != "payment 1: 10 euros" || err != nil {
			t.Errorf("The app asked again within a day, and got %v and the error %v.", a, err)
		}
		b.want(t, 1, "The app asked again within a day")
	})
}

func TestDo_forgets(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		for i := range 100 {
			go o.Do(t.Context(), fmt.Sprint("k", i), "10 euros")
		}
		time.Sleep(time.Minute)
		if n := o.Len(); n != 100 {
			t.Errorf("A hundred payments are remembered, and Len says %d.", n)
		}
		time.Sleep(keep)
		if n := o.Len(); n != 0 {
			t.Errorf("A hundred payments are older than a day. %d are still in memory, and it grows with each.", n)
		}
		if _, err := o.Do(t.Context(), "k1", "20 euros"); err != nil {
			t.Errorf("A key is used anew after a day, and Do returned %v.", err)
		}
		b.want(t, 101, "A hundred payments, and one more with a key that was forgotten")
	})
}

func TestDo_aClientWhoLeaves(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		const what = "A customer closed the app, one second after the payment began"
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "r-4711"), time.Second)
		defer cancel()
		start := time.Now()
		_, err := o.Do(ctx, "k1", "10 euros")
		if took := time.Since(start); took != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s. Do returned after %v, with the error %v.", what, took, err)
		}
		a, err := o.Do(t.Context(), "k1", "10 euros")
		if took := time.Since(start); took != 3*time.Second || err != nil || a.Body != "payment 1: 10 euros" {
			t.Errorf("%s, came back, and got %v and the error %v after %v, and not the answer after 3s.", what, a, err, took)
		}
		b.want(t, 1, what)
		if b.ended != nil {
			t.Errorf("%s. The payment was broken off: %v.", what, b.ended)
		}
		if b.id != "r-4711" {
			t.Errorf("%s. The request had the id r-4711, and the payment has %v.", what, b.id)
		}
	})
}

// Who waits for the payment of another request may leave as well.
func TestDo_oneWhoWaitsLeaves(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		go o.Do(t.Context(), "k1", "10 euros")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := o.Do(ctx, "k1", "10 euros")
		if took := time.Since(start); took != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("One who asked again had one second to wait. Do returned after %v, with the error %v.", took, err)
		}
	})
}

func TestDo_anErrorIsNotRemembered(t *testing.T) {
	b := &bank{fails: 1}
	run(t, b, func(t *testing.T, o *Once) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := o.Do(t.Context(), "k1", "10 euros"); !errors.Is(err, errBank) {
					t.Errorf("The bank was down, and one who waited got the error %v.", err)
				}
			})
		}
		wg.Wait()
		b.want(t, 1, "The bank was down, and the app had asked three times")
		if n := o.Len(); n != 0 {
			t.Errorf("The bank was down, and of that %d keys are remembered.", n)
		}
		if a, err := o.Do(t.Context(), "k1", "10 euros"); err != nil || a.Status != 201 {
			t.Errorf("The bank works again, and the customer still gets %v and the error %v.", a, err)
		}
	})
}

func TestDo_aPanic(t *testing.T) {
	b := &bank{panics: true}
	run(t, b, func(t *testing.T, o *Once) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if _, err := o.Do(ctx, "k1", "10 euros"); !errors.Is(err, ErrPanic) {
					t.Errorf("The handler panicked, and one who waited got the error %v.", err)
				}
			})
		}
		wg.Wait()
		b.want(t, 1, "The handler panicked, and the app had asked three times")
		b.panics = false
		if a, err := o.Do(t.Context(), "k1", "10 euros"); err != nil || a.Status != 201 {
			t.Errorf("The handler works again, and the customer still gets %v and the error %v.", a, err)
		}
	})
}

func TestDo_anotherBody(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		go o.Do(t.Context(), "k1", "10 euros")
		synctest.Wait()
		for _, when := range []string{"while the first payment went on", "when the first payment was done"} {
			start := time.Now()
			a, err := o.Do(t.Context(), "k1", "99 euros")
			if took := time.Since(start); !errors.Is(err, ErrOtherBody) || took > 0 {
				t.Errorf("An app used one key for two payments, %s. The second got %v and the error %v after %v, and not %q at once.",
					when, a, err, took, ErrOtherBody)
			}
			time.Sleep(time.Minute)
		}
		b.want(t, 1, "An app used one key for two payments")
	})
}

func TestDo_withoutKey(t *testing.T) {
	b := &bank{}
	run(t, b, func(t *testing.T, o *Once) {
		for range 2 {
			if _, err := o.Do(context.WithValue(t.Context(), key{}, "r-4711"), "", "10 euros"); err != nil {
				t.Errorf("A payment without a key got the error %v.", err)
			}
		}
		b.want(t, 2, "Two payments without a key, for the same sum")
		if b.id != "r-4711" || o.Len() != 0 {
			t.Errorf("Two payments without a key: the handler knows the id %v, and %d keys are remembered.", b.id, o.Len())
		}
	})
}
