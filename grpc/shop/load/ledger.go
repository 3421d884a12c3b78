package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// A Result is one call of a load.
type Result struct {
	At     time.Time // when it ended
	Took   time.Duration
	Status int // of HTTP; 0 if no answer came
	Unsent bool
}

// OK reports whether the order was acknowledged.
func (r Result) OK() bool { return r.Status == http.StatusCreated }

// remembered is how many results a ledger has at the most.
const remembered = 1 << 16

// A Ledger knows what was acknowledged. Its methods may be called concurrently;
// its zero value is ready to use.
type Ledger struct {
	mu      sync.Mutex
	acked   []*Order
	unknown []*Order
	results []Result
	// read is how many of acked Check has read one by one.
	read int
}

// place places an order, and notes what came of it.
func (l *Ledger) place(ctx context.Context, c *Client, o *Order) {
	start := time.Now()
	a, err := c.Place(ctx, o)
	l.mu.Lock()
	switch {
	case o.ID != "":
		l.acked = append(l.acked, o)
	case err != nil || !a.refused():
		l.unknown = append(l.unknown, o)
	}
	l.mu.Unlock()
	l.note(Result{At: time.Now(), Took: time.Since(start), Status: a.Status})
}

func (l *Ledger) note(r Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.results) == remembered {
		l.results = slices.Clone(l.results[remembered/2:])
	}
	l.results = append(l.results, r)
}

// Since returns the results of the calls that ended after a time.
func (l *Ledger) Since(t time.Time) []Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := len(l.results)
	for i > 0 && l.results[i-1].At.After(t) {
		i--
	}
	return slices.Clone(l.results[i:])
}

// Counts returns how many orders were acknowledged, and of how many it is not
// known whether they are kept.
func (l *Ledger) Counts() (acked, unknown int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked), len(l.unknown)
}

// Settle asks again for each order of which it is not known whether it is kept,
// until each is acknowledged or ctx ends. No load must run.
func (l *Ledger) Settle(ctx context.Context, c *Client) error {
	l.mu.Lock()
	unknown := l.unknown
	l.unknown = nil
	l.mu.Unlock()
	return each(unknown, func(o *Order) error {
		for {
			a, err := c.Place(ctx, o)
			if o.ID != "" {
				break
			}
			if !a.again(ctx) {
				return fmt.Errorf("an order is not acknowledged: %d %s: %w", a.Status, a.Body, errors.Join(ctx.Err(), err))
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.acked = append(l.acked, o)
		return nil
	})
}

// each calls f for all orders, some at once.
func each(orders []*Order, f func(*Order) error) error {
	var g errgroup.Group
	g.SetLimit(8)
	for _, o := range orders {
		g.Go(func() error { return f(o) })
	}
	return g.Wait()
}

// Check reads back all that was acknowledged. It asks again where no answer
// comes, and waits for accounts that have less, until ctx ends. It fails with the
// first order that is lost or doubled. No load must run.
func (l *Ledger) Check(ctx context.Context, c *Client) error {
	l.mu.Lock()
	acked, read := slices.Clone(l.acked), l.read
	l.mu.Unlock()
	type sum struct{ Orders, Items int }
	want := make(map[string]sum)
	ids := make(map[string]string)
	var todo []*Order
	for i, o := range acked {
		if other, ok := ids[o.ID]; ok {
			return fmt.Errorf("lost: the keys %s and %s have one order", other, o.Key)
		}
		ids[o.ID] = o.Key
		s := want[o.UserID]
		want[o.UserID] = sum{s.Orders + 1, s.Items + o.Quantity}
		if i >= read {
			todo = append(todo, o)
		}
	}
	if err := each(todo, func(o *Order) error { return readBack(ctx, c, o) }); err != nil {
		return err
	}
	l.mu.Lock()
	l.read = len(acked)
	l.mu.Unlock()
	for user, s := range want {
		for {
			var has sum
			a, err := c.get(ctx, "/users/"+user+"/account", &has)
			if err == nil && has == s {
				break
			}
			if has.Orders > s.Orders || has.Items > s.Items {
				return fmt.Errorf("doubled: user %s has %+v: expected %+v", user, has, s)
			}
			if !a.again(ctx) {
				return fmt.Errorf("lost: user %s has %+v: expected %+v: %w", user, has, s, errors.Join(ctx.Err(), err))
			}
		}
	}
	return nil
}

// readBack reads one order by its id, and by its key. What has been read is not
// read again because the other is refused for a while.
func readBack(ctx context.Context, c *Client, o *Order) error {
	lost := func(a Answer, err error) error {
		return fmt.Errorf("lost: order %s: %d %s: %w", o.ID, a.Status, a.Body, errors.Join(ctx.Err(), err))
	}
	var kept Order
	for {
		a, err := c.get(ctx, "/orders/"+o.ID, &kept)
		if err == nil {
			break
		}
		if !a.again(ctx) {
			return lost(a, err)
		}
	}
	kept.Key = o.Key
	if kept != *o {
		return fmt.Errorf("lost: %+v is %+v", *o, kept)
	}
	again := &Order{Key: o.Key, UserID: o.UserID, Item: o.Item, Quantity: o.Quantity}
	for {
		a, err := c.Place(ctx, again)
		if again.ID != "" {
			break
		}
		if !a.again(ctx) {
			return lost(a, err)
		}
	}
	if again.ID != o.ID {
		return fmt.Errorf("doubled: the key %s has %s and %s", o.Key, o.ID, again.ID)
	}
	return nil
}
