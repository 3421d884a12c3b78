// The chain is there, and nobody walks along it.
//
// FAILS: the answer is 500
package customers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

var ErrNotFound = errors.New("customer not found")

type FieldError struct{ Field, Why string }

func (e *FieldError) Error() string { return e.Field + " " + e.Why }

// A Store keeps customers. Its errors are ErrNotFound, *FieldError, ctx's, and
// others; each may be wrapped.
type Store interface {
	Rename(ctx context.Context, id int, name string) error
}

func Rename(ctx context.Context, s Store, id int, name string) error {
	if err := s.Rename(ctx, id, name); err != nil {
		return fmt.Errorf("renaming customer %d: %w", id, err)
	}
	return nil
}

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
