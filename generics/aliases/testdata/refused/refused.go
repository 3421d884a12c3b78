// Package refused holds what an alias is not, as the compiler says it.
package refused

import (
	"io/fs"
	"os"
	"time"
)

// Set is an alias that is right.
type Set[T comparable] = map[T]struct{}

// Add would be a method of every map[T]struct{} there is.
func (s Set[T]) Add(v T) { s[v] = struct{}{} } // ERROR "cannot define new methods on generic alias type Set[T comparable]"

// Millis is a second name for a type of another package.
type Millis = time.Duration

// Whole would add a method to package time.
func (m Millis) Whole() int { return int(m) } // ERROR "cannot define new methods on non-local type Millis"

// AnySet leaves out a constraint that the original needs.
type AnySet[T any] = map[T]struct{} // ERROR "invalid map key type T (missing comparable constraint)"

// Self is nothing but its own parameter.
type Self[T any] = T // ERROR "cannot use type parameter declared in alias declaration as RHS"

// List refers to itself, for which it would have to be a type of its own.
type List[T any] = struct { // ERROR "invalid recursive type: List refers to itself"
	Value T
	Next  *List[T]
}

// Size uses a generic alias without its arguments.
func Size(s Set) int { return len(s) } // ERROR "cannot use generic type Set[T comparable] without instantiation"

// Slices breaks the alias's own constraint.
func Slices(s Set[[]int]) int { return len(s) } // ERROR "[]int does not satisfy comparable"

// Kind has two cases for one type: os.FileInfo moved to io/fs in Go 1.16.
func Kind(x any) string {
	switch x.(type) {
	case os.FileInfo:
		return "the old name"
	case fs.FileInfo: // ERROR "duplicate case fs.FileInfo in type switch"
		return "the new name"
	}
	return "none"
}

// Renamed is what a move by a definition breaks: a slice of the one is no slice
// of the other, and no conversion exists.
type Renamed time.Duration

// Sum takes the old name.
func Sum(ds []Renamed) (sum Renamed) {
	for _, d := range ds {
		sum += d
	}
	return sum
}

var _ = Sum([]time.Duration{}) // ERROR "cannot use []time.Duration{} (value of type []time.Duration) as []Renamed value in argument to Sum"

// AccountID and OrderID are definitions.
type (
	AccountID int64
	OrderID   int64
)

func book(AccountID, OrderID) {}

// Swapped has its arguments in the wrong order.
func Swapped(account AccountID, order OrderID) {
	book(
		order,   // ERROR "cannot use order (variable of int64 type OrderID) as AccountID value in argument to book"
		account, // ERROR "cannot use account (variable of int64 type AccountID) as OrderID value in argument to book"
	)
}
