// A goroutine is to end wherever it is, so there is a bubble for each place: it
// waits to send, it waits for the next look, read has failed. The bubble ends
// there, and reports whatever has not ended by then. Its clock stands still
// after that, so what would end an hour later is reported too. Nothing is slept
// for, and nothing is counted: code that is right cannot fail.
//
// The page has a goroutine as well. It ranges over the texts, and is left when
// nobody closes the channel: that is why the test ranges.
//
// When read has failed, the ctx must live on. t.Context would end just before
// the bubble does, and take whatever waits for it along.
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
