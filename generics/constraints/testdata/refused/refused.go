// Package refused holds what the compiler refuses. A comment ERROR "message"
// stands at the line of each error; a line without one is fine.
package refused

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// number is the guide's Number.
type number interface {
	int | int64 | float64
}

type anyNumber interface {
	~int | ~int64 | ~float64
}

func sum[T number](s []T) (total T) {
	for _, v := range s {
		total += v
	}
	return total
}

func sumAny[T anyNumber](s []T) (total T) {
	for _, v := range s {
		total += v
	}
	return total
}

// Without a ~ a named type is refused, be it an int64 below.
var (
	_ = sum([]int64{1})
	_ = sum([]time.Duration{1}) // ERROR "time.Duration does not satisfy number (possibly missing ~ for int64 in number)"
	_ = sumAny([]time.Duration{1})
)

// A ~ stands before an underlying type only.
type duration interface {
	~time.Duration // ERROR "invalid use of ~ (underlying type of time.Duration is int64)"
}

// A constraint of types is not the type of a variable.
var total anyNumber // ERROR "cannot use type anyNumber outside a type constraint: interface contains type constraints"

// A term of a union has no methods.
type text interface {
	~string | fmt.Stringer // ERROR "cannot use fmt.Stringer in union (fmt.Stringer contains methods)"
}

// What a type parameter can do is what its constraint says, and no more.
func double[T any](v T) T {
	return v + v // ERROR "invalid operation: operator + not defined on v (variable of type T constrained by any)"
}

// comparable is ==, not <.
func larger[T comparable](a, b T) T {
	if a > b { // ERROR "invalid operation: a > b (type parameter T cannot use operator >)"
		return a
	}
	return b
}

// A type switch needs an interface: any(v) makes one.
func kind[T anyNumber](v T) string {
	switch v.(type) { // ERROR "cannot use type switch on type parameter value v (variable of type T constrained by anyNumber)"
	}
	switch any(v).(type) {
	case int:
		return "int"
	}
	return "another"
}

type names []string

func (n names) join() string { return strings.Join(n, ", ") }

func sorted[E cmp.Ordered](s []E) []E {
	return slices.Sorted(slices.Values(s))
}

func sortedSame[S ~[]E, E cmp.Ordered](s S) S {
	return slices.Sorted(slices.Values(s))
}

// From a []E comes back a plain slice, from an S ~[]E one with its methods.
var (
	_ = sorted(names{"b", "a"}).join() // ERROR "sorted(names{…}).join undefined (type []string has no field or method join)"
	_ = sortedSame(names{"b", "a"}).join()
)
