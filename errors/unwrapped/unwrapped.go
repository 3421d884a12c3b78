// Package unwrapped says where an error came from, and shows three ways to say
// too little or too much. It belongs to part 5.4 of the guide.
//
// An error passed up bare keeps the words of the place where it arose. They
// are right there, and tell nothing to a caller who has made five such calls:
//
//	reserve   context deadline exceeded
//	pay       context deadline exceeded
//	mail      context deadline exceeded   // is the money gone, or is it not?
//
// # What to write
//
//   - Add what the caller cannot know: which of your steps, and which of your
//     values ([Checkout]). What the caller has passed in, it knows already.
//   - %w lets the caller ask for the cause, by errors.Is and errors.AsType. So
//     the cause is a promise. Between packages of one program that is fine.
//     Across the border of an API it makes your database part of that API:
//     return an error of your own, and the cause as text ([Find]).
//   - The errors of a ctx are the caller's own. They go on by %w.
//   - Some errors are signals that callers compare by ==: io.EOF of an
//     io.Reader, fs.SkipDir, driver.ErrSkip. They go on bare ([Reader]).
//
// The guide says that an error which is not wrapped has no stack trace. Nor has
// one that is: %w adds a text and a link. Package wrapping shows what does.
//
// # What finds it
//
// errorlint asks for %w wherever an error is formatted by %v, also where %v is
// the point; the text of err.Error() says that it is meant. wrapcheck, which is
// off here, asks for it where an error comes from another package's function or
// interface: it reports none of the three, and the correct Read of [Reader].
// What a message fails to tell apart, a test does: make each step fail.
package unwrapped

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
)

// Steps are what an order goes through. Each may return an error of its own
// kind, or ctx's.
type Steps struct {
	Reserve, Pay, Mail func(context.Context) error
}

// Checkout goes through the steps and stops at the first that fails. Its error
// begins with the step.
func Checkout(ctx context.Context, s Steps) error {
	if err := s.Reserve(ctx); err != nil {
		return fmt.Errorf("reserving: %w", err)
	}
	if err := s.Pay(ctx); err != nil {
		return fmt.Errorf("paying: %w", err)
	}
	if err := s.Mail(ctx); err != nil {
		return fmt.Errorf("mailing: %w", err)
	}
	return nil
}

// ErrNotFound says that there is no such order.
var ErrNotFound = errors.New("no such order")

// Find returns an order. Its error is [ErrNotFound], or one of ctx's, or tells
// only a reader what happened: it wraps nothing that query returns, so query
// can become another one.
func Find(
	ctx context.Context,
	id string,
	query func(ctx context.Context, id string) (string, error),
) (string, error) {
	order, err := query(ctx, id)
	switch {
	case err == nil:
		return order, nil
	case errors.Is(err, sql.ErrNoRows):
		return "", fmt.Errorf("order %s: %w", id, ErrNotFound)
	case errors.Is(err, context.Canceled),
		errors.Is(err, context.DeadlineExceeded):
		return "", fmt.Errorf("order %s: %w", id, err)
	}
	text := err.Error() // and not %w: see above
	return "", fmt.Errorf("order %s: %s", id, text)
}

// A Reader reads R and says at which byte an error came. It is for one
// goroutine at a time.
type Reader struct {
	R      io.Reader
	offset int64
}

// Read reads from R. The end is io.EOF itself, as io.Reader demands: io.ReadAll
// and its like compare by ==.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.R.Read(p)
	r.offset += int64(n)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, fmt.Errorf("after byte %d: %w", r.offset, err)
}
