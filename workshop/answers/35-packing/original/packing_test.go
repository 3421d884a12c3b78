package packing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const query = 20 * time.Millisecond

var (
	errDown = errors.New("the database is down")
	errIDs  = errors.New("syntax error in the list of ids")
	errPool = errors.New("no connection is free")
)

// A store has customers without the number 13, and fails at a query, if it is
// to.
type store struct {
	orders []Order
	failAt int

	mu      sync.Mutex
	queries int
	asked   map[int]int // how often each customer was asked for
	running int
}

// begin begins a query, on one of two connections, of which others need one.
func (s *store) begin(ctx context.Context) error {
	s.mu.Lock()
	s.queries++
	s.running++
	n, running := s.queries, s.running
	s.mu.Unlock()
	time.Sleep(query)
	s.mu.Lock()
	s.running--
	s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case running > 1:
		return errPool
	case n == s.failAt:
		return errDown
	}
	return nil
}

func (s *store) Orders(ctx context.Context, _ string) ([]Order, error) {
	return slices.Clone(s.orders), s.begin(ctx)
}

func (s *store) Customer(ctx context.Context, id int) (Customer, error) {
	if err := s.begin(ctx); err != nil {
		return Customer{}, err
	}
	if id == 13 {
		return Customer{}, fmt.Errorf("customer %d: %w", id, ErrNoCustomer)
	}
	return Customer{id, fmt.Sprint("customer ", id)}, nil
}

func (s *store) Customers(ctx context.Context, ids []int) ([]Customer, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > MaxIDs {
		return nil, fmt.Errorf("%w: %d", errIDs, len(ids))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[int]bool{}
	var all []Customer
	for _, id := range ids {
		s.asked[id]++
		if id != 13 && !found[id] {
			found[id] = true
			all = append(all, Customer{id, fmt.Sprint("customer ", id)})
		}
	}
	slices.SortFunc(all, func(a, b Customer) int { return (b.ID*7)%101 - (a.ID*7)%101 })
	return all, nil
}

// monday returns n orders, of so many customers, mixed.
func monday(n, customers int) (orders []Order) {
	for i := range n {
		orders = append(orders, Order{1000 + i, (i * 37) % customers})
	}
	return orders
}

// list makes the list in a bubble, and says how long it took.
func list(t *testing.T, s *store, f func(lines []Line, err error, took time.Duration)) {
	t.Helper()
	s.asked = map[int]int{}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		lines, err := List(t.Context(), s, "Monday")
		f(lines, err, time.Since(start))
	})
}

func TestList(t *testing.T) {
	for what, c := range map[string]struct{ orders, customers, queries int }{
		"of 3 orders":                       {3, 3, 2},
		"of 100 orders":                     {100, 100, 2},
		"of 101 orders":                     {101, 101, 3},
		"of 250 orders":                     {250, 250, 4},
		"of 250 orders of 20 customers":     {250, 20, 2},
		"of 2000 orders, before Christmas,": {2000, 1000, 11},
		"of a day without orders":           {0, 1, 1},
	} {
		t.Run(what, func(t *testing.T) {
			s := &store{orders: monday(c.orders, c.customers)}
			list(t, s, func(lines []Line, err error, took time.Duration) {
				if err != nil {
					t.Errorf("The list %s could not be made: %v.", what, err)
					return
				}
				if limit := time.Duration(c.queries) * query; s.queries > c.queries || took > limit {
					t.Errorf("The list %s took %d queries and %v. It can be made by %d, in %v.", what, s.queries, took, c.queries, limit)
				}
				if len(lines) != len(s.orders) {
					t.Errorf("The list %s has %d lines.", what, len(lines))
					return
				}
				for i, o := range s.orders {
					want := Line{o.ID, fmt.Sprint("customer ", o.Customer)}
					if o.Customer == 13 {
						want.Name = ""
					}
					if lines[i] != want {
						t.Errorf("Line %d of the list %s is %+v, and not %+v: a parcel goes to somebody else.", i+1, what, lines[i], want)
						return
					}
				}
			})
			for id, n := range s.asked {
				if n > 1 {
					t.Errorf("For the list %s customer %d was asked for %d times.", what, id, n)
					break
				}
			}
		})
	}
}

func TestList_isAllOrNothing(t *testing.T) {
	for at := 1; at <= 4; at++ {
		list(t, &store{orders: monday(250, 250), failAt: at}, func(lines []Line, err error, _ time.Duration) {
			if !errors.Is(err, errDown) || len(lines) > 0 {
				t.Errorf("The database went down at query %d. The list has %d lines, and the error is %v.", at, len(lines), err)
			}
		})
	}
}

func TestList_endsWithItsCtx(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		s := &store{orders: monday(250, 250), asked: map[int]int{}}
		if _, err := List(ctx, s, "Monday"); !errors.Is(err, context.DeadlineExceeded) || s.queries > 2 {
			t.Errorf("Somebody closed the list after 30ms. It went on for %d queries, and its error is %v.", s.queries, err)
		}
	})
}
