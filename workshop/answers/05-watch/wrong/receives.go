// Whoever receives all never sees what becomes of a page that is closed.
//
// FAILS: not noticed: it waits to send to one who has left
package stock

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// always says the same, as a stock does of which nothing is sold.
func always() (string, error) { return "3 left", nil }

func TestWatch_endsWhileItWaitsForTheNextLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		texts := Watch(ctx, time.Hour, always)
		if got := <-texts; got != "3 left" {
			t.Errorf("Watch sent %q.", got)
		}
		synctest.Wait()
		cancel()
	})
}

func TestWatch_closesWhenCtxEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		texts := Watch(ctx, time.Hour, always)
		<-texts
		cancel()
		for range texts {
		}
	})
}

func TestWatch_endsWhenReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range Watch(context.Background(), time.Hour, func() (string, error) { return "", errors.New("gone") }) {
		}
	})
}
