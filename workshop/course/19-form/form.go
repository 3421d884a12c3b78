// Package form checks what customers send.
//
// # What people see
//
// A customer sends a form, is told that the name is missing, sends it again, is
// told that the street is missing, and so on: six times. A first try to tell
// all at once made one text of them. The page could not mark the fields any
// more, the API could not tell a missing field from a bad one, and the faults
// came in another order each time. And when the database did not answer, the
// customer was told that the number was wrong.
//
// # Your task
//
// Write Check and Faults, and what a Fault lacks, as their comments say. The
// test is the specification.
package form

import "errors"

var (
	// ErrMissing says that a field is empty.
	ErrMissing = errors.New("is missing")
	// ErrBad says that a field holds something that does not belong there.
	ErrBad = errors.New("is not right")
	// ErrUnchecked says that a rule could not be tried. That is no fault of
	// the customer's.
	ErrUnchecked = errors.New("could not be checked")
)

// A Rule is for one field. There may be several for the same.
type Rule struct {
	Field string
	Check func(value string) error
}

// A Fault is an error of a rule, in its field.
type Fault struct {
	Field string
	Err   error
}

func (f *Fault) Error() string { return f.Field + " " + f.Err.Error() }

// Check tries all rules on a form, and returns nil if all are kept.
//
//   - If some are not, errors.Is and errors.As find in the error each of their
//     errors, and a [*Fault] for each, in the order of the rules. Its text has
//     a line for each.
//   - If a rule could not be tried, which is [ErrUnchecked] in the chain of its
//     error, that error is returned at once, with the field in its text, and no
//     Fault is in it.
func Check(form map[string]string, rules []Rule) error {
	panic("Check is yours to write")
}

// Faults returns all faults in err, in order, also where err was wrapped, or
// joined with others.
func Faults(err error) []*Fault {
	panic("Faults is yours to write")
}
