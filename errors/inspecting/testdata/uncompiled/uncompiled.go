// Package uncompiled asks errors.AsType for a type that is no error, because
// its Error has a pointer receiver.
package uncompiled

import "errors"

type quotaError struct{ tenant string }

func (e *quotaError) Error() string { return "quota of " + e.tenant }

// NoError does not compile.
func NoError(err error) bool {
	_, ok := errors.AsType[quotaError](err) // ERROR "quotaError does not satisfy error (method Error has pointer receiver)"
	return ok
}
