// Package doublelog tells of one failure once. It shows three ways to make
// more lines of it, or fewer. It belongs to part 5.4 of the guide.
//
// A function that logs an error and returns it as well has handled it twice.
// Every layer above does the same, for each of them may be the last:
//
//	ERROR querying failed   err="connection reset"
//	ERROR loading failed    err="connection reset"
//	ERROR request failed    err="connection reset"   // one failure, or three?
//
// The alarm counts three, the lines stand apart between those of other
// requests, and the one at the top, which knows the request, does not know what
// the one at the bottom knew.
//
// # What to write
//
//   - Log or return. Who returns an error adds to it what the caller cannot
//     know ([With], and %w), and logs nothing.
//   - Who handles the error, and nobody else, logs it: the top of a request, of
//     a job, of a goroutine ([Handle]). Then the line has all that the layers
//     have added, as attributes that can be searched.
//   - Who goes on after an error handles it. A retry that worked is no error:
//     return the last error when all tries have failed ([Retry]).
//
// # What finds it
//
// No linter. All the lines are correct, each in its own function, and a test of
// one function sees one line. Count them in a test of the whole path: give it a
// slog.Logger whose handler writes to memory. nilerr, which reports a nil
// returned for an error, goes silent once the error was logged ([LogAndGoOn]).
package doublelog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
)

// An attrError is an error and what a log should say beside it.
type attrError struct {
	error
	attrs []slog.Attr
}

func (e *attrError) Unwrap() error { return e.error }

// With returns err with attributes for a log. Its text stays as it is, and
// errors.Is and errors.AsType find what they found before. With a nil error it
// returns nil.
func With(err error, attrs ...slog.Attr) error {
	if err == nil {
		return nil
	}
	return &attrError{err, slices.Clone(attrs)}
}

// Attrs returns what [With] has added, on the way from err to its cause, the
// outermost first. It walks through %w and errors.Join.
func Attrs(err error) []slog.Attr {
	var attrs []slog.Attr
	if e, ok := err.(*attrError); ok { //nolint:errorlint // it walks by itself
		attrs = e.attrs
	}
	switch e := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		attrs = slices.Concat(attrs, Attrs(e.Unwrap()))
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			attrs = slices.Concat(attrs, Attrs(one))
		}
	}
	return attrs
}

// Query is the bottom: it knows the table, and does not log.
func Query(ctx context.Context, db func(context.Context) error) error {
	if err := db(ctx); err != nil {
		return With(fmt.Errorf("querying: %w", err),
			slog.String("table", "orders"))
	}
	return nil
}

// Load is in the middle: it knows the order, and does not log.
func Load(
	ctx context.Context,
	order int,
	db func(context.Context) error,
) error {
	if err := Query(ctx, db); err != nil {
		return With(fmt.Errorf("loading: %w", err), slog.Int("order", order))
	}
	return nil
}

// Handle is the top, and the one that logs. It returns no error: it has
// handled it.
func Handle(
	ctx context.Context,
	log *slog.Logger,
	order int,
	db func(context.Context) error,
) (status int) {
	if err := Load(ctx, order, db); err != nil {
		attrs := append(Attrs(err), slog.Any("err", err))
		log.LogAttrs(ctx, slog.LevelError, "request failed", attrs...)
		return 500
	}
	return 200
}

// Retry calls do until it works, at most n times (below 1 counts as 1), and not
// once more when ctx has ended. It logs nothing: the errors of all tries are
// joined if none has worked, and forgotten otherwise. A real one waits between
// the tries.
func Retry(
	ctx context.Context,
	n int,
	do func(context.Context) error,
) error {
	var errs []error
	for try := range max(n, 1) {
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
		err := do(ctx)
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("try %d: %w", try+1, err))
	}
	return errors.Join(errs...)
}
