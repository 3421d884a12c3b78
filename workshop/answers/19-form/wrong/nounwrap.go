// A Fault without Unwrap hides what the rule has said.
//
// FAILS: the API cannot say what is wrong
package form

import (
	"errors"
	"fmt"
)

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
	var faults []error
	for _, r := range rules {
		err := r.Check(form[r.Field])
		switch {
		case errors.Is(err, ErrUnchecked):
			return fmt.Errorf("checking %s: %w", r.Field, err)
		case err != nil:
			faults = append(faults, &Fault{r.Field, err})
		}
	}
	return errors.Join(faults...) // nil, if there are none
}

// Faults returns all faults in err, in order, also where err was wrapped, or
// joined with others.
func Faults(err error) []*Fault {
	switch e := err.(type) {
	case *Fault:
		return []*Fault{e}
	case interface{ Unwrap() error }:
		return Faults(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []*Fault
		for _, err := range e.Unwrap() {
			all = append(all, Faults(err)...)
		}
		return all
	}
	return nil
}
