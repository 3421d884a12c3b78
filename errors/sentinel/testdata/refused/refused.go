// Package refused assigns to sentinels. A comment ERROR "message" stands at the
// line that the compiler refuses.
package refused

import "errors"

type constError string

func (e constError) Error() string { return string(e) }

var errBusy = errors.New("directory is busy")

const errTaken = constError("name is taken")

func reset() {
	errBusy = nil
	errTaken = "" // ERROR "cannot assign to errTaken (neither addressable nor a map index expression)"
}
