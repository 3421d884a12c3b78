// Package customers renames customers.
//
// %w makes an error that has the old one inside: errors.Is and errors.AsType go
// down that chain, and through errors.Join's branches. %v writes the text and
// drops the rest. With %w alone nothing was won yet: == and a type assertion
// see the outermost error only.
//
// %w is also a promise: whoever calls Rename may now rely on the store's
// errors. Where that would tell too much, %v is right, or an error of one's
// own.
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
		return fmt.Errorf("renaming customer %d: %w", id, err)
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
	field, invalid := errors.AsType[*FieldError](err)
	switch {
	case err == nil:
		return http.StatusOK, ""
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound, "no such customer"
	case invalid:
		return http.StatusUnprocessableEntity, field.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout, "try again later"
	}
	return http.StatusInternalServerError, "internal error"
}
