package hops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	limit   = 5 * time.Second
	reserve = 100 * time.Millisecond
	need    = 80 * time.Millisecond
	wire    = 20 * time.Millisecond // to the other machine
)

var hop = Hop{Limit: limit, Reserve: reserve, Need: need}

// within runs f in a bubble, with a ctx that has so much time, or no deadline if
// it is 0.
func within(t *testing.T, has time.Duration, f func(ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if has > 0 {
			ctx, cancel = context.WithTimeout(ctx, has)
			defer cancel()
		}
		f(ctx)
	})
}

// hears returns a call that waits for the end of its ctx, and notes when it came.
func hears(after *time.Duration) func(context.Context) error {
	start := time.Now()
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
		case <-time.After(time.Hour):
		}
		*after = time.Since(start)
		return ctx.Err()
	}
}

// A page asks orders, which asks prices, which asks stock, over the network.
func TestSend_aPageGivesUp(t *testing.T) {
	within(t, time.Second, func(ctx context.Context) {
		start := time.Now()
		var ended []time.Duration
		over := func(ctx context.Context, next func(context.Context) error) error {
			header := Header(ctx)
			time.Sleep(wire)
			defer time.Sleep(wire)
			// The next machine knows only the header.
			ctx, cancel, err := Receive(context.Background(), header)
			if err != nil {
				t.Errorf("A service sent the header %q: %v.", header, err)
				return err
			}
			defer cancel()
			return next(ctx)
		}
		work := func(ctx context.Context) error {
			select {
			case <-ctx.Done():
			case <-time.After(time.Minute):
			}
			ended = append(ended, time.Since(start))
			return ctx.Err()
		}
		orders := func(ctx context.Context) error {
			err := hop.Send(ctx, func(ctx context.Context) error { return over(ctx, work) })
			ended = append(ended, time.Since(start))
			return err
		}
		hop.Send(ctx, func(ctx context.Context) error { return over(ctx, orders) })
		ended = append(ended, time.Since(start))
		for i, service := range []string{"stock", "orders", "the page"} {
			latest := time.Second - time.Duration(2-i)*(reserve-wire)
			if ended[i] > latest {
				t.Errorf("A page gives up after 1s. It and each service keep %v back, %v of that for the way there. %s worked until %v had passed, and not %v.",
					reserve, wire, service, ended[i], latest)
			}
		}
		if ended[0] < 700*time.Millisecond {
			t.Errorf("A page gives up after 1s. Stock had only %v for its work.", ended[0])
		}
	})
}

func TestSend_givesNoMoreThanThereIs(t *testing.T) {
	for what, c := range map[string]struct{ has, want time.Duration }{
		"The caller waits for ever":         {0, limit},
		"The caller has an hour":            {time.Hour, limit},
		"The caller has a second":           {time.Second, time.Second - reserve},
		"The caller has just over 5s":       {limit + reserve/2, limit - reserve/2},
		"The caller has just what it takes": {need + reserve, need},
	} {
		t.Run(what, func(t *testing.T) {
			within(t, c.has, func(ctx context.Context) {
				var after time.Duration
				hop.Send(ctx, hears(&after))
				if after != c.want {
					t.Errorf("%s. Its call got %v, and not %v.", what, after, c.want)
				}
			})
		})
	}
}

func TestSend_doesNotBeginWhatIsTooLate(t *testing.T) {
	for what, has := range map[string]time.Duration{
		"The caller has 150ms, and needs 100 for itself": 150 * time.Millisecond,
		"The caller has 50ms, and needs 100 for itself":  50 * time.Millisecond,
		"The caller has a nanosecond too little":         need + reserve - 1,
	} {
		t.Run(what, func(t *testing.T) {
			within(t, has, func(ctx context.Context) {
				start := time.Now()
				err := hop.Send(ctx, func(context.Context) error {
					t.Errorf("%s. The call takes %v, and was made in vain.", what, need)
					return nil
				})
				if took := time.Since(start); took > 0 {
					t.Errorf("%s. It heard after %v that this is too little, and not at once.", what, took)
				}
				if !errors.Is(err, ErrTooLate) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s. errors.Is must find %q and %q in %v.", what, ErrTooLate, context.DeadlineExceeded, err)
				}
			})
		})
	}
}

func TestSend_aCallerWhoLeaves(t *testing.T) {
	within(t, 0, func(ctx context.Context) {
		ctx, leave := context.WithCancel(ctx)
		time.AfterFunc(300*time.Millisecond, leave)
		var after time.Duration
		err := hop.Send(ctx, hears(&after))
		if after != 300*time.Millisecond {
			t.Errorf("A caller left after 300ms. The next service worked for %v.", after)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("A caller left, and Send returned %v.", err)
		}
		err = hop.Send(ctx, func(context.Context) error {
			t.Error("A caller had left before the call was made.")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("A caller had left before the call, and Send returned %v.", err)
		}
	})
}

type key struct{}

func TestSend_handsOnTheRest(t *testing.T) {
	within(t, time.Second, func(ctx context.Context) {
		full := errors.New("the store is full")
		var given context.Context
		err := hop.Send(context.WithValue(ctx, key{}, "r-4711"), func(ctx context.Context) error {
			given = ctx
			return full
		})
		if id := given.Value(key{}); id != "r-4711" {
			t.Errorf("The request has the id r-4711, and the next service knows %v.", id)
		}
		if !errors.Is(err, full) {
			t.Errorf("A call failed with %q, and Send returned %v.", full, err)
		}
		if given.Err() == nil {
			t.Error("Send has returned, and the ctx of its call has not ended: it keeps a timer until then.")
		}
	})
}

func TestHeader(t *testing.T) {
	for what, c := range map[string]struct {
		has  time.Duration
		want string
	}{
		"no deadline":                     {0, ""},
		"1.5s left":                       {1500 * time.Millisecond, "1500"},
		"2.9ms left":                      {2900 * time.Microsecond, "2"},
		"less than a millisecond is left": {900 * time.Microsecond, "0"},
	} {
		t.Run(what, func(t *testing.T) {
			within(t, c.has, func(ctx context.Context) {
				if got := Header(ctx); got != c.want {
					t.Errorf("When there is %s, the header is %q, and not %q.", what, got, c.want)
				}
			})
		})
	}
	within(t, time.Second, func(ctx context.Context) {
		time.Sleep(2 * time.Second)
		if got := Header(ctx); got != "0" {
			t.Errorf("When the deadline is over, the header is %q, and not 0.", got)
		}
	})
}

func TestReceive(t *testing.T) {
	for header, want := range map[string]time.Duration{"1500": 1500 * time.Millisecond, "0": 0, "007": 7 * time.Millisecond, "99999999": 99999999 * time.Millisecond} {
		within(t, 0, func(ctx context.Context) {
			got, cancel, err := Receive(ctx, header)
			if err != nil {
				t.Errorf("Receive returns %v for the header %q.", err, header)
				return
			}
			defer cancel()
			if deadline, ok := got.Deadline(); !ok || time.Until(deadline) != want {
				t.Errorf("The header says %q. The request has %v, and not %v.", header, time.Until(deadline), want)
			}
		})
	}
	within(t, 0, func(ctx context.Context) {
		conn, closed := context.WithCancel(ctx)
		defer closed()
		got, cancel, err := Receive(conn, "")
		if err != nil {
			t.Errorf("Receive returns %v without a header.", err)
			return
		}
		defer cancel()
		if _, ok := got.Deadline(); ok {
			t.Error("There is no header, and the request has a deadline.")
		}
		if closed(); got.Err() == nil {
			t.Error("The connection was closed, and the request on it goes on.")
		}
	})
	for _, header := range []string{"soon", "-5", "+5", " 5", "1.5", "1e3", "0x5", "1_000", "999999999", strings.Repeat("9", 13), strings.Repeat("9", 30)} {
		within(t, 0, func(ctx context.Context) {
			if got, _, err := Receive(ctx, header); !errors.Is(err, ErrHeader) {
				t.Errorf("Somebody sends the header %q. Receive returns %v and the error %q, not %q.", header, got, fmt.Sprint(err), ErrHeader)
			}
		})
	}
}
