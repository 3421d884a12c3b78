// Package uncompiled holds claims that are true, and near misses.
package uncompiled

import "time"

var (
	_ int           = 7
	_ string        = 7 // ERROR "cannot use 7 (untyped int constant) as string value in variable declaration"
	_ time.Duration = 7
)
