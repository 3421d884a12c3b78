package a

import "errors"

func inTest(err error) error {
	return errors.New("x: " + err.Error()) // ok: a test compares texts
}
