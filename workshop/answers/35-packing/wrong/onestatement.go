// One statement for all has a limit, which is met in the week before Christmas.
//
// FAILS: syntax error in the list of ids: 250
package packing

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// An Order is of a customer.
type Order struct{ ID, Customer int }

// A Customer gets parcels.
type Customer struct {
	ID   int
	Name string
}

// A Line is of one order. Name is "" if the customer is no longer there.
type Line struct {
	Order int
	Name  string
}

// MaxIDs is how many customers can be asked for at once.
const MaxIDs = 100

// ErrNoCustomer says that a customer is not there.
var ErrNoCustomer = errors.New("no such customer")

// A Store is a database. Each call is a query.
type Store interface {
	// Orders returns the orders of a day, in the order in which they are packed.
	Orders(ctx context.Context, day string) ([]Order, error)
	// Customer returns one customer, or ErrNoCustomer.
	Customer(ctx context.Context, id int) (Customer, error)
	// Customers returns those of 1 to MaxIDs customers that are there, in any
	// order, each once. Other numbers of ids are an error.
	Customers(ctx context.Context, ids []int) ([]Customer, error)
}

// List returns a line for each order of a day, in their order. It returns no
// lines if it cannot return all. Of the connections it needs one at a time.
func List(ctx context.Context, s Store, day string) ([]Line, error) {
	orders, err := s.Orders(ctx, day)
	if err != nil {
		return nil, fmt.Errorf("reading the orders of %s: %w", day, err)
	}
	names, err := names(ctx, s, orders)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(orders))
	for _, o := range orders {
		lines = append(lines, Line{o.ID, names[o.Customer]})
	}
	return lines, nil
}

// names returns the names of the customers, by id.
func names(ctx context.Context, s Store, orders []Order) (map[int]string, error) {
	ids := make([]int, 0, len(orders))
	for _, o := range orders {
		ids = append(ids, o.Customer)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	names := make(map[int]string, len(ids))
	for _, some := range [][]int{ids} {
		customers, err := s.Customers(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("reading %d customers: %w", len(some), err)
		}
		for _, c := range customers {
			names[c.ID] = c.Name
		}
	}
	return names, nil
}
