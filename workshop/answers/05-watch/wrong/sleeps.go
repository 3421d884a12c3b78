// A sleep in a bubble takes no time, and gives every goroutine as long as it
// wants: to the next look, for one.
//
// FAILS: not noticed: it ends no earlier than at the next look
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

func TestWatch_endsWhileItWaitsToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		Watch(ctx, time.Hour, always) // the page is closed: nobody receives
		synctest.Wait()
		cancel()
	})
}

func TestWatch_endsWhileItWaitsForTheNextLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		texts := Watch(ctx, time.Hour, always)
		if got := <-texts; got != "3 left" {
			t.Errorf("Watch sent %q.", got)
		}
		synctest.Wait()
		cancel()
		time.Sleep(2 * time.Hour)
	})
}

func TestWatch_closesWhenCtxEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		texts := Watch(ctx, time.Hour, always)
		<-texts
		cancel()
		time.Sleep(2 * time.Hour)
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
