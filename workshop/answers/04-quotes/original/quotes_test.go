package quotes

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// Each test is a bubble. When it ends while a goroutine in it waits for what
// cannot come any more, synctest reports that goroutine.

func TestCheapest_leavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		q, err := Cheapest(t.Context(), 2*time.Second, []Carrier{
			deaf("tortoise", 1, time.Hour), deaf("snail", 2, 2*time.Hour), deaf("hare", 900, time.Second),
			deaf("sloth", 3, 3*time.Hour), refuses(4 * time.Hour),
		})
		if q.Carrier != "hare" || err != nil {
			t.Errorf("Cheapest returned %v, %v, not the offer of the hare, which alone was in time.", q, err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("With a patience of 2s Cheapest took %v.", took)
		}
		time.Sleep(5 * time.Hour) // all have answered
	})
}

func TestCheapest_tellsTheCarriersThatItIsOver(t *testing.T) {
	for name, after := range map[string]time.Duration{
		"when the last carrier has answered": time.Second,
		"when patience ends":                 time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var given context.Context
				ctx, end := context.WithCancel(t.Context())
				defer end()
				_, _ = Cheapest(ctx, 2*time.Second, []Carrier{func(ctx context.Context) (Quote, error) {
					given = ctx
					return deaf("hare", 900, after)(ctx)
				}})
				synctest.Wait()
				if given.Err() == nil {
					t.Errorf("Cheapest has returned, and the ctx that the carriers got has not ended.")
				}
				time.Sleep(after)
			})
		})
	}
}

// Eight offers at the same moment, on one processor: whoever drops an offer for
// which nobody stands ready drops some of them, in whatever order they come.
func TestCheapest_takesOffersThatComeTogether(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const together = 8
	for cheap := range together {
		synctest.Test(t, func(t *testing.T) {
			var carriers []Carrier
			for i := range together {
				cents := 900
				if i == cheap {
					cents = 100
				}
				carriers = append(carriers, deaf(fmt.Sprint("carrier ", i), cents, time.Second))
			}
			start := time.Now()
			q, err := Cheapest(t.Context(), 2*time.Second, carriers)
			took := time.Since(start)
			if q.Cents != 100 || err != nil || took != time.Second {
				t.Errorf("Eight offers came at the same moment, after 1s, and Cheapest returned one of %d cents (%v) after %v.\n"+
					"The cheapest was 100, and after 1s all had answered.", q.Cents, err, took)
			}
		})
	}
}

func TestCheapest_endsWithTheCallersCtx(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := Cheapest(ctx, time.Hour, []Carrier{refuses(2 * time.Hour)})
		if took := time.Since(start); took != time.Second {
			t.Errorf("The caller's ctx ended after 1s. Cheapest took %v.", took)
		}
		if !errors.Is(err, ErrNoOffer) {
			t.Errorf("Cheapest returned %v, not %v.", err, ErrNoOffer)
		}
		time.Sleep(3 * time.Hour)
	})
}

// deaf answers after a time, and does not look at its ctx.
func deaf(name string, cents int, after time.Duration) Carrier {
	return func(context.Context) (Quote, error) {
		time.Sleep(after)
		return Quote{name, cents}, nil
	}
}

// refuses makes no offer, after a time.
func refuses(after time.Duration) Carrier {
	return func(context.Context) (Quote, error) {
		time.Sleep(after)
		return Quote{}, errors.New("no parcels on Sundays")
	}
}
