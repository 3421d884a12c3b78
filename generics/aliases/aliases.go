// Package aliases moves types to another package, and shows three ways to take
// a second name for a second type, or the other way round. It belongs to part
// 10.1 of the guide.
//
// An alias is a second name for a type, and nothing else:
//
//	type Meters = float64   // an alias: the same type
//	type Meters float64     // a definition: another type
//
// Since Go 1.24 an alias can have type parameters, so a generic type can be
// moved as others could since 1.9. The old package keeps the name, and for as
// long as somebody uses it both names are one type:
//
//	package orders (the new home)    package aliases (the old one)
//	type Page[T any] struct { … }
//	                                 type Page[T any] = orders.Page[T]
//	                                 func Print(p Page[string])
//	Print(orders.Page[string]{})     // compiles: no conversion
//
// # What to write
//
//   - To move a type: an alias with a Deprecated paragraph ([Page],
//     [NotFoundError], [Shipped]). It has the methods and fields of the
//     original, its type parameters need the same constraints.
//   - To shorten one, or to fill in some of its parameters: [Set], [ByAccount].
//     Every map[T]struct{} is a Set, so maps.Keys, clear and encoding/json
//     need no conversion. A set with methods is a type of its own: see package
//     collections.
//   - To tell two kinds of number apart: definitions, never aliases
//     ([AccountID], [OrderID]).
//
// What an alias with type parameters cannot be: a place for methods (one without
// them can, if its type is of the same package), a type parameter by itself
// (type T[P any] = P), recursive, or used without type arguments. The compiler
// infers none.
//
// A name in the text of a program changes with the move, for there is but one
// type and it knows its new home: what %T and reflect say, the key that gob
// registers, a stored name.
//
// # What finds it
//
// The compiler refuses all that the last paragraphs but one name, and a second
// case for the same type in a switch: testdata/refused. It cannot refuse two
// arguments in the wrong order that are both int64 ([BookAll]), an error that
// is asked for by the type it was before ([Status]), or a name that was text
// all along ([Publish]). No detector reports these; each takes a test.
package aliases

import "example.com/goguide/generics/aliases/orders"

// A Page is one page of a listing.
//
// Deprecated: use orders.Page, which is the same type.
type Page[T any] = orders.Page[T]

// A NotFoundError says that there is no such order.
//
// Deprecated: use orders.NotFoundError, which is the same type.
type NotFoundError = orders.NotFoundError

// A Shipped is the event that an order is on its way.
//
// Deprecated: use orders.Shipped, which is the same type.
type Shipped = orders.Shipped

// A Set is a map without values, for functions that take any such map.
type Set[T comparable] = map[T]struct{}

// SetOf returns a new set of the values.
func SetOf[T comparable](values ...T) Set[T] {
	s := make(Set[T], len(values))
	for _, v := range values {
		s[v] = struct{}{}
	}
	return s
}

// An AccountID and an [OrderID] are numbers that must not be confused, so each
// is a type.
type AccountID int64

// An OrderID is not an [AccountID].
type OrderID int64

// ByAccount is a map from accounts: an alias with one of its two parameters
// filled in.
type ByAccount[V any] = map[AccountID]V

// Book adds an order of so many cents to what its account owes. A call with
// the two IDs in the wrong order does not compile.
func Book(owed ByAccount[int64], account AccountID, _ OrderID, cents int64) {
	owed[account] += cents
}

// A Topicer is an event that knows where it is sent.
type Topicer interface{ Topic() string }

// Send sends an event by its own topic.
func Send(send func(topic string, event any), event Topicer) {
	send(event.Topic(), event)
}
