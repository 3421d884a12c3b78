// Package customers renames customers.
//
// # What people see
//
// Somebody mistypes the number of a customer, and gets "500 internal error".
// The team on call is woken, for 500s are alerts. It was right last month: then
// the log was to name the customer, and somebody wrapped the error.
//
// # Your task
//
// The errors must still name the customer, and each must get its own status.
package customers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// ErrNotFound says that there is no such customer.
var ErrNotFound = errors.New("customer not found")

// A FieldError says which field of a request is wrong.
type FieldError struct{ Field, Why string }

func (e *FieldError) Error() string { return e.Field + " " + e.Why }

// A Store keeps customers. Its errors are ErrNotFound, *FieldError, ctx's, and
// others; each may be wrapped.
type Store interface {
	Rename(ctx context.Context, id int, name string) error
}

// Rename gives a customer another name. Its errors name the customer, and
// errors.Is and errors.AsType find in them what the store returned.
func Rename(ctx context.Context, s Store, id int, name string) error {
	if err := s.Rename(ctx, id, name); err != nil {
		return fmt.Errorf("renaming customer %d: %v", id, err)
	}
	return nil
}

// Status returns the HTTP status for an error of Rename, and the text that the
// customer may read:
//
//	nil                          200
//	ErrNotFound                  404 "no such customer"
//	*FieldError                  422 its text
//	context.DeadlineExceeded     504 "try again later"
//	all others                   500 "internal error"
func Status(err error) (code int, text string) {
	field, invalid := err.(*FieldError)
	switch {
	case err == nil:
		return http.StatusOK, ""
	case err == ErrNotFound:
		return http.StatusNotFound, "no such customer"
	case invalid:
		return http.StatusUnprocessableEntity, field.Error()
	case err == context.DeadlineExceeded:
		return http.StatusGatewayTimeout, "try again later"
	}
	return http.StatusInternalServerError, "internal error"
}
