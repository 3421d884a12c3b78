package typed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// NilPointer writes an entry into the audit log. Compare [Record].
func NilPointer(entry string, write func(entry string) error) error {
	var failed *AuditError
	if err := write(entry); err != nil {
		failed = &AuditError{entry, err}
	}
	// BUG(panic, typednil): NilPointer returns a nil pointer as an error, which
	// is an error: the entry is written, and errors.Is panics in the nil's Unwrap.
	return failed
}

// StoredPointer is a handler that cancels an order and records it. record
// returns nil, or what went wrong. Compare [Record].
func StoredPointer(
	cancel func() error, record func(entry string) *AuditError,
) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		err := cancel()
		if err == nil {
			err = record("cancel")
			// BUG(test, govet, staticcheck): StoredPointer has stored an
			// *AuditError in an error, where a nil pointer is not nil: what
			// succeeds gets a 500.
			if err != nil {
				http.Error(w, "no record", http.StatusInternalServerError)
				return
			}
		}
		Answer(w, err)
	}
}

// FieldsError lists the fields of a form that are wrong. It is an
// error by value.
type FieldsError struct {
	Fields []string
}

func (e FieldsError) Error() string {
	return "wrong: " + strings.Join(e.Fields, ", ")
}

// SameAgain calls try at most n times and gives up where the same error comes
// twice. Compare [Retry].
func SameAgain(n int, try func() error) error {
	var last error
	for range n {
		err := try()
		// BUG(panic, errorlint): SameAgain compares two FieldsError with ==,
		// which panics: a struct with a slice cannot be compared.
		if err == nil || err == last {
			return err
		}
		last = err
	}
	return last
}

// A DetailError is an error by value with whatever the caller wants to add.
type DetailError struct {
	Text   string
	Detail any
}

func (e DetailError) Error() string { return fmt.Sprint(e.Text, ": ", e.Detail) }

// SameAgainByIs is SameAgain as errorlint wants it. Compare [StockError], which
// is an error by pointer.
func SameAgainByIs(n int, try func() error) error {
	var last error
	for range n {
		err := try()
		// BUG(panic): SameAgainByIs asks errors.Is for two DetailErrors. Their
		// type is comparable, the slice in their any is not: == panics in there.
		if err == nil || errors.Is(err, last) {
			return err
		}
		last = err
	}
	return last
}

// OneTimeout says whether to call a server again. Compare [IsTimeout].
func OneTimeout(err error) bool {
	// BUG(test): OneTimeout knows the timeouts of context. That of a connection
	// is another value, os.ErrDeadlineExceeded: the request is given up.
	return errors.Is(err, context.DeadlineExceeded)
}
