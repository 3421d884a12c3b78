// Package refused holds the targets of errors.As that go vet refuses; at run
// time each panics. A comment of the form "want NAME" names the analyzer that
// reports its line.
package refused

import "errors"

type quotaError struct{ tenant string }

func (e *quotaError) Error() string { return "quota of " + e.tenant }

// NonPointer hands As an error instead of a place for one.
func NonPointer(err error) bool {
	return errors.As(err, quotaError{}) // want errorsas
}

// NoError hands As a pointer to what is no error: Error has a pointer receiver.
func NoError(err error) bool {
	var target quotaError
	return errors.As(err, &target) // want errorsas
}

// PointerToPointer is the near-miss.
func PointerToPointer(err error) bool {
	var target *quotaError
	return errors.As(err, &target)
}
