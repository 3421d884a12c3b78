package requests

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// others is a ctx to which others have added a value for every key that they
// can have as well.
type others struct{ context.Context }

func (o others) Value(key any) any {
	t := reflect.TypeOf(key)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
		if t.Size() > 0 {
			return o.Context.Value(key) // an address that nobody else has
		}
		return "order 18" // such addresses may be equal
	}
	if t.PkgPath() == "" {
		return "order 18"
	}
	return o.Context.Value(key)
}

func TestID_isThatOfTheRequest(t *testing.T) {
	ctx := WithOrder(With(WithShop(t.Context(), "toys"), "r-1"), "17")
	if got := ID(ctx); got != "r-1" {
		t.Errorf("The request is r-1, and the log says %s.", got)
	}
	if got := Shop(ctx); got != "toys" {
		t.Errorf("The shop is toys, and the ctx has %q.", got)
	}
}

func TestID_underAKeyThatNobodyElseHas(t *testing.T) {
	if got := ID(others{With(t.Context(), "r-1")}); got != "r-1" {
		t.Errorf("Another team has used the same key as this package, and the log calls the request r-1 %q.\n"+
			"They can: its type is one that everybody has.", got)
	}
}

func TestID_ofTwoRequests(t *testing.T) {
	one := With(t.Context(), "r-1")
	two := With(t.Context(), "r-2")
	if ID(one) != "r-1" || ID(two) != "r-2" {
		t.Errorf("Two requests, r-1 and r-2, are served at a time, and the log calls them %s and %s.", ID(one), ID(two))
	}
	if got := ID(With(one, "r-3")); got != "r-3" {
		t.Errorf("A request within a request is r-3, and the log says %s.", got)
	}
}

func TestLater_goesOnAfterTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sent := make(chan struct{})
		Serve(WithShop(t.Context(), "toys"), "r-1", func(ctx context.Context) {
			Later(ctx, func(ctx context.Context) {
				defer close(sent)
				select {
				case <-time.After(30 * time.Second):
				case <-ctx.Done():
					t.Error("The request was over, and with it the ctx of the mail: the mail is not sent.")
				}
				if got := ID(ctx); got != "r-1" {
					t.Errorf("The mail of the request r-1 is sent, and the log calls it %q.", got)
				}
				if got := Shop(ctx); got != "toys" {
					t.Errorf("The mail of the shop toys is sent in the name of %q.", got)
				}
			})
		})
		if took := time.Since(start); took != 0 {
			t.Errorf("The mail takes 30s, and the customer waited for %v.", took)
		}
		<-sent
	})
}

func TestLater_endsAfterAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := make(chan time.Duration)
		Serve(t.Context(), "r-1", func(ctx context.Context) {
			Later(ctx, func(ctx context.Context) {
				start := time.Now()
				select {
				case <-ctx.Done():
				case <-time.After(time.Hour):
				}
				took <- time.Since(start)
			})
		})
		if d := <-took; d != time.Minute {
			t.Errorf("The server for mails does not answer. The work has 1m0s for it, and was still there after %v.", d)
		}
	})
}

func TestLater_cancelsWhenTheWorkIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given context.Context
		Later(t.Context(), func(ctx context.Context) { given = ctx })
		synctest.Wait()
		if given.Err() == nil {
			t.Errorf("The work is done, and its ctx lives on.")
		}
	})
}

func TestID_withoutARequest(t *testing.T) {
	if got := ID(t.Context()); got != "" {
		t.Errorf("The job at night belongs to no request, and the log says %s.", got)
	}
}
