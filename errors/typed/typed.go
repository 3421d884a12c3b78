// Package typed makes errors that carry data, and errors that are known by what
// they can answer. It shows five ways to misuse them. It belongs to part 5.3 of
// the guide.
//
// An error is an interface: a pair of a type and a value. It is nil only if
// both are missing, so a nil pointer that becomes an error is none:
//
//	var failed *AuditError      // type *AuditError, value nil
//	return failed               // error (*AuditError, nil)
//	if err != nil               // true, and there is no error
//
// # What to write
//
//   - A type where a caller wants to know more than which error it is: how many
//     are left ([StockError]), which field, how long to wait. A sentinel where
//     the name says it all, what [fmt.Errorf] makes where nobody decides by it.
//   - Pointer receivers, and &StockError{…}: then == compares addresses, which
//     never panics, and there is one form to ask for.
//   - Functions that return error, not *StockError, and return nil by that word
//     ([Stock.Reserve], [Record]).
//   - A question of behaviour where many types may answer it, and your package
//     should know none of them ([IsTimeout]). Such an error is called opaque.
//
// # Two errors that are equal
//
// == on two errors panics if they have the same type and that type cannot be
// compared ([SameAgain]). errors.Is asks for that first and says no. But it
// looks at the type alone: a struct is comparable with an any inside, whatever
// the any holds, and then errors.Is panics too ([SameAgainByIs]). An error by
// value has only fields that can be compared, or an Is method of its own.
//
// # What finds it
//
// staticcheck (SA4023) and nilness report the comparison of a pointer that was
// stored in an error just before ([StoredPointer]). nilness is an analyzer that
// golangci-lint can add to govet, and go vet alone does not run it. Neither sees
// a function that returns such a pointer as its error ([NilPointer]): what that
// does depends on the method that is called first. Unwrap panics, in errors.Is.
// net/http recovers, and drops the connection without an answer. A logger
// prints err=<nil>. errorlint reports each == between errors but those with
// nil. The other panic needs two errors of one type ([SameAgain]).
package typed

import (
	"errors"
	"fmt"
	"net/http"
)

// A StockError says that there is less of an item than somebody wants.
type StockError struct {
	Item         string
	Wanted, Left int // pieces
}

func (e *StockError) Error() string {
	return fmt.Sprintf("%d of %q wanted, %d left", e.Wanted, e.Item, e.Left)
}

// A Stock knows how many pieces there are of each item. It is not for
// concurrent use.
type Stock map[string]int

// Reserve takes n pieces of an item out of the stock. The error is a
// [*StockError] if there are fewer.
func (s Stock) Reserve(item string, n int) error {
	if left := s[item]; left < n {
		return &StockError{item, n, left}
	}
	s[item] -= n
	return nil
}

// Answer turns the error of a handler into an answer: 204 for none, 409 and
// how many are left for a [*StockError], 503 for a timeout, and otherwise 500.
func Answer(w http.ResponseWriter, err error) {
	stock, short := errors.AsType[*StockError](err)
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case short:
		http.Error(w, fmt.Sprintf("%d left", stock.Left), http.StatusConflict)
	case IsTimeout(err):
		http.Error(w, "try again", http.StatusServiceUnavailable)
	default:
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

// IsTimeout says whether err, or an error that it wraps, calls itself a
// timeout: one of net, of os, of context, or of a package that is yet to be
// written. The first in the tree that can answer decides.
func IsTimeout(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}

// An AuditError says which entry is missing in the log of what was done.
type AuditError struct {
	Entry string
	Err   error // why
}

func (e *AuditError) Error() string { return "audit " + e.Entry + ": " + e.Err.Error() }

// Unwrap returns why the entry could not be written.
func (e *AuditError) Unwrap() error { return e.Err }

// Record writes an entry. The error is an [*AuditError].
func Record(entry string, write func(entry string) error) error {
	if err := write(entry); err != nil {
		return &AuditError{entry, err}
	}
	return nil
}

// Retry calls try at most n times, until it succeeds or fails twice in a row
// with an error that is the same for errors.Is. It returns the last error.
func Retry(n int, try func() error) error {
	var last error
	for range n {
		err := try()
		if err == nil || last != nil && errors.Is(err, last) {
			return err
		}
		last = err
	}
	return last
}
