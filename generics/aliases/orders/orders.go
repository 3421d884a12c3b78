// Package orders is the new home of types that package aliases has had.
package orders

import "strconv"

// A Page is one page of a listing.
type Page[T any] struct {
	Items []T
	Next  string // asks for the next page; empty on the last
}

// Last says whether no page follows.
func (p Page[T]) Last() bool { return p.Next == "" }

// A NotFoundError says that there is no such order.
type NotFoundError struct{ ID int }

func (e *NotFoundError) Error() string {
	return "no order " + strconv.Itoa(e.ID)
}

// A Shipped is the event that an order is on its way.
type Shipped struct{ ID int }

// Topic is where the event is sent. It is a name of its own, so the type may
// move and be renamed.
func (Shipped) Topic() string { return "orders.shipped" }
