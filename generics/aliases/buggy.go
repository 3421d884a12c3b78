package aliases

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/goguide/generics/aliases/orders"
)

// MissingError was the error of this package before the move, and is still
// here, so that old code compiles. Compare [NotFoundError].
type MissingError orders.NotFoundError

func (e *MissingError) Error() string {
	return (*orders.NotFoundError)(e).Error()
}

// Status returns the HTTP status for what load says. It was not touched by the
// move. Compare [NotFoundError].
func Status(load func() error) int {
	err := load()
	if err == nil {
		return http.StatusOK
	}
	// BUG(test): Status asks for a type that was defined anew when the error
	// moved: it compiles, no error has that type any more, and 404 is 500.
	if _, ok := errors.AsType[*MissingError](err); ok {
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// An Account is the ID of one. Compare [AccountID].
type Account = int64

// An Order is the ID of one. Compare [OrderID].
type Order = int64

// A Row is a line of an import.
type Row struct {
	Order   Order
	Account Account
	Cents   int64
}

// BookAll books the rows with what each account owes. Compare [Book].
func BookAll(owed map[Account]int64, rows []Row) {
	book := func(account Account, _ Order, cents int64) {
		owed[account] += cents
	}
	for _, r := range rows {
		// BUG(test): BookAll books on the account whose number the order has:
		// its two ID types are aliases, so both are int64 to the compiler.
		book(r.Order, r.Account, r.Cents)
	}
}

// Publish sends an event to the topic of its type. Compare [Send].
func Publish(send func(topic string, event any), event any) {
	// BUG(test): Publish takes Go's name of the type for the topic: the move
	// behind an alias renames it, and nobody listens to the new one.
	send(fmt.Sprintf("%T", event), event)
}
