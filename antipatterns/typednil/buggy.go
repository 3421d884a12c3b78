package typednil

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// check returns what is wrong with a form, nil if nothing is.
func check(f Form) *FormError {
	if !strings.Contains(f.Mail, "@") {
		return &FormError{"mail", "has no @"}
	}
	return nil
}

// Compared returns the status for a form. Compare [Check].
func Compared(f Form) (status int) {
	var err error = check(f)
	// BUG(test, govet, staticcheck): Compared compares an error in which there is
	// a nil pointer, and its type: a form that is right gets a 400.
	if err != nil {
		return http.StatusBadRequest
	}
	return http.StatusNoContent
}

// Returned returns what is wrong with a form. Compare [Check].
func Returned(f Form) error {
	var failed *FormError
	if f.Name == "" {
		failed = &FormError{"name", "is missing"}
	}
	// BUG(test, typednil): Returned returns a pointer as an error, which is not
	// nil even where the pointer is: a form that is right is refused.
	return failed
}

// Collected returns what is wrong with the forms. Compare [CheckAll].
func Collected(forms ...Form) error {
	var errs []error
	for _, f := range forms {
		// BUG(panic): Collected makes errors of nil pointers, which Join does
		// not drop: all forms are right, and the text of the error panics.
		errs = append(errs, check(f))
	}
	return errors.Join(errs...)
}

// OptionalCache returns prices with or without a cache. Compare [NewPrices].
func OptionalCache(
	load func(ctx context.Context, item string) (int, error),
	cached bool,
) *Prices {
	var cache *Memory
	if cached {
		cache = new(Memory)
	}
	// BUG(panic): OptionalCache puts a nil pointer into an interface, which is
	// then not nil: where the cache is off, the first request panics.
	return &Prices{Load: load, Cache: cache}
}

// ErrSignIn says that this is for users only.
var ErrSignIn = errors.New("sign in first")

// AnyUser calls post for those who are signed in. Compare [UserFrom].
func AnyUser(
	ctx context.Context,
	find func(context.Context) *User, // nil if not signed in
	post func(context.Context) error,
) error {
	ctx = context.WithValue(ctx, userKey{}, find(ctx))
	// BUG(test): AnyUser asks the ctx whether there is a user, and there is: a
	// nil *User in an any, which is not nil. Everybody may post.
	if ctx.Value(userKey{}) == nil {
		return ErrSignIn
	}
	return post(ctx)
}
