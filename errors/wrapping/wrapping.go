// Package wrapping adds what only the caller knows to an error and keeps the
// error itself. It shows four ways to lose one of the two, and what a stack
// trace takes. It belongs to part 5.2 of the guide.
//
// A wrapped error is a list, from the newest to the oldest, and a tree where
// one error wraps several. [errors.Is], [errors.As] and [errors.AsType] walk
// it; == and a type assertion look at its head only. A single wrong verb ends
// the list, and nothing is seen of that in the text:
//
//	%w  "load user 7: no rows"  →  "no rows"     Is(err, errNoRows): true
//	%v  "load user 7: no rows"                   Is(err, errNoRows): false
//
// # What to write
//
//   - One %w, after a few words that name what was tried and with what: this is
//     what the error at hand does not know ([Profile]). Words such as "failed
//     to" add nothing, for it is an error ([SameWords]).
//   - Two %w to say in your own terms what an error of another package means
//     ([Profile] again): callers compare with your sentinel, and the cause
//     stays for who wants it. Since Go 1.20.
//   - [errors.Join] for errors of which none caused another: all that is wrong
//     with a form, or an error and that of the Close after it ([Validate]). It
//     returns nil where all its errors are nil; its text has a line for each.
//     fmt.Errorf with several %w decides the text itself and is never nil.
//   - No %w where the cause shall not become part of your API: what Is can find,
//     callers will compare with, and you cannot change the database any more
//     ([Opaque]; the blog article "Working with Errors in Go 1.13" says so too).
//
// # No stack
//
// The guide says that an error without wrapping has no stack trace (5.4). One
// with wrapping has none either: %w adds a text and a pointer, and %+v prints
// what %v does. The texts are a trace by hand, of what was tried and not of
// lines. Where lines are wanted, [Trace] takes them where the error begins, the
// one place that knows them.
//
// BenchmarkTrace, 10 frames deep: Trace costs about 4 times what fmt.Errorf
// with a %w does, and printing the frames about 40 times; errors as ordinary
// answers, such as "not found", need neither.
//
// # What finds it
//
// errorlint reports a %v for an error ([CutChain]), also where it was meant. It
// does not see a chain that is cut by err.Error() ([Concatenated]), which
// goguide's own stringwrap does. No linter of
// golangci-lint knows that an error may be nil when it is wrapped ([WrapsNil]),
// or reads what the layers say ([SameWords]). A test with errors.Is does.
package wrapping

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnavailable says that the store did not answer; trying again may help.
var ErrUnavailable = errors.New("store unavailable")

// ErrEmpty says that a field of an order has no content.
var ErrEmpty = errors.New("must not be empty")

// Profile returns the profile of a user. Its error is an [ErrUnavailable] that
// wraps query's error if query ran out of time, and wraps query's error alone
// otherwise. In both cases it names the user.
func Profile(
	ctx context.Context,
	id int,
	query func(ctx context.Context, id int) (string, error),
) (string, error) {
	profile, err := query(ctx, id)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "", fmt.Errorf("load user %d: %w: %w", id, ErrUnavailable, err)
	case err != nil:
		return "", fmt.Errorf("load user %d: %w", id, err)
	}
	return profile, nil
}

// Validate returns all that is wrong with an order, not only the first, as one
// error, or nil. Its parts are in the order of the parameters.
func Validate(customer, address string) error {
	return errors.Join(
		notEmpty("customer", customer),
		notEmpty("address", address),
	)
}

func notEmpty(field, content string) error {
	if content == "" {
		return fmt.Errorf("%s: %w", field, ErrEmpty)
	}
	return nil
}

// Opaque returns an error that says what err does and wraps nothing of it, so
// that callers cannot come to depend on where it came from. A nil err stays
// nil. Use it at the border of a package, and only there.
func Opaque(doing string, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error() // and not err, on purpose
	return errors.New(doing + ": " + text)
}
