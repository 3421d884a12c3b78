// Package good has no finding.
package good

import "fmt"

// Ten has ten methods.
type Ten interface {
	A()
	B()
	C()
	D()
	E()
	F()
	G()
	H()
	I()
	J()
}

// Wrap wraps err.
func Wrap(err error) error { return fmt.Errorf("x: %w", err) }
