package rates

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bank answers after three seconds, and counts. The first fails loads of a
// currency fail.
type bank struct {
	mu    sync.Mutex
	loads map[string]int
	fails int
}

var errBank = errors.New("bank is closed")

func (b *bank) load(_ context.Context, currency string) (float64, error) {
	b.mu.Lock()
	if b.loads == nil {
		b.loads = map[string]int{}
	}
	b.loads[currency]++
	n := b.loads[currency]
	b.mu.Unlock()
	time.Sleep(3 * time.Second)
	if n <= b.fails {
		return 0, errBank
	}
	return float64(len(currency)) + 0.5, nil
}

// inARow is set when one currency waits for another, under a lock.
var inARow bool

// Not in a bubble, for a lock that is waited for stops the clock of one: here
// no load ends before all have begun.
func TestRate_loadsCurrenciesSideBySide(t *testing.T) {
	const n = 20
	var mu sync.Mutex
	begun := 0
	all := make(chan struct{})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	r := NewRates(func(context.Context, string) (float64, error) {
		mu.Lock()
		if begun++; begun == n {
			close(all)
		}
		mu.Unlock()
		select {
		case <-all:
			return 1, nil
		case <-ctx.Done():
			return 0, errBank
		}
	})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { _, _ = r.Rate(ctx, fmt.Sprintf("X%d", i)) })
	}
	select {
	case <-all:
	case <-ctx.Done():
		mu.Lock()
		inARow = true
		t.Errorf("Of %d currencies, all asked for at once, %d began to load: the others wait for that.", n, begun)
		mu.Unlock()
	}
	wg.Wait()
}

// bubble runs a test in a bubble: three seconds are exact there, and all loads
// overlap in every run.
func bubble(t *testing.T, f func(t *testing.T)) {
	if inARow {
		t.Skip("not run while currencies are loaded in a row: see above")
	}
	synctest.Test(t, f)
}

// ask asks for all at once, and returns how long each took.
func ask(t *testing.T, r *Rates, currencies ...string) (took []time.Duration, errs []error) {
	t.Helper()
	took, errs = make([]time.Duration, len(currencies)), make([]error, len(currencies))
	start := time.Now()
	var wg sync.WaitGroup
	for i, c := range currencies {
		wg.Go(func() {
			rate, err := r.Rate(t.Context(), c)
			took[i], errs[i] = time.Since(start), err
			if err == nil && rate != float64(len(c))+0.5 {
				t.Errorf("The rate of %s is %v.", c, rate)
			}
		})
	}
	wg.Wait()
	return took, errs
}

func TestRate_loadsNoCurrencyTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := &bank{}
		r := NewRates(b.load)
		names := make([]string, 100)
		for i := range names {
			names[i] = []string{"EUR", "JPY"}[i%2]
		}
		took, _ := ask(t, r, names...)
		for _, d := range took {
			if d != 3*time.Second {
				t.Fatalf("Whoever asks while a currency is loaded waits for that load: one waited %v, not 3s.", d)
			}
		}
		ask(t, r, names...)
		if b.loads["EUR"] != 1 || b.loads["JPY"] != 1 {
			t.Errorf("EUR was loaded %d times, and JPY %d times.", b.loads["EUR"], b.loads["JPY"])
		}
	})
}

func TestRate_doesNotLetWhatIsKnownWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := NewRates((&bank{}).load)
		ask(t, r, "EUR")
		took, _ := ask(t, r, "JPY", "EUR", "EUR")
		if took[1] != 0 || took[2] != 0 {
			t.Errorf("EUR is known. While JPY was loaded, it took %v.", max(took[1], took[2]))
		}
	})
}

func TestRate_waitsNoLongerThanItsCtx(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := NewRates((&bank{}).load)
		go func() { _, _ = r.Rate(t.Context(), "EUR") }()
		synctest.Wait() // EUR is being loaded
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := r.Rate(ctx, "EUR")
		if took := time.Since(start); took != time.Second {
			t.Errorf("One who waited for the load of another left after 1s, and was kept for %v.", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("One who left while waiting got the error %v, not ctx's.", err)
		}
		time.Sleep(time.Hour) // the load ends
	})
}

func TestRate_doesNotKeepAnError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := &bank{fails: 1}
		r := NewRates(b.load)
		_, errs := ask(t, r, "EUR", "EUR", "EUR")
		for _, err := range errs {
			if !errors.Is(err, errBank) {
				t.Errorf("A load failed, and one who waited for it got the error %v.", err)
			}
		}
		if b.loads["EUR"] != 1 {
			t.Errorf("Three waited for a load that failed. It was done %d times, not once.", b.loads["EUR"])
		}
		if _, errs := ask(t, r, "EUR"); errs[0] != nil {
			t.Errorf("The bank is open again, and Rate still returns %v.", errs[0])
		}
	})
}
