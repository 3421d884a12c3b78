// Watch leaves nothing behind, and the page waits for ever: nobody asks whether
// the channel is closed.
//
// FAILS: not noticed: the channel stays open when ctx ends
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
	})
}

func TestWatch_endsWhenReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range Watch(context.Background(), time.Hour, func() (string, error) { return "", errors.New("gone") }) {
		}
	})
}
