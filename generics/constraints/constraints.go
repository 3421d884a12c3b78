// Package constraints says which types a generic function takes, and shows two
// ways in which a function for all numbers is wrong for some. It belongs to
// part 7.2 of the guide.
//
// A constraint decides what compiles: without a ~ it refuses time.Duration. It
// does not decide what is right. A function written with int in mind is also
// compiled for uint8, whose sum wraps, and for float64, which has NaN:
//
//	readings      larger so far, by if a > b
//	30            30
//	NaN           NaN   // 30 > NaN is false
//	20            20    // NaN > 20 is false: the maximum is 20
//
// # What to write
//
//   - cmp.Ordered, not x/exp/constraints.Ordered as in the guide: it is in the
//     standard library since Go 1.21.
//   - The builtins min and max (Go 1.21) for two or more values, slices.Max for
//     a slice. Of floats, NaN is the result as soon as it is among them.
//     [Max] is for data with gaps: it leaves NaN out, by cmp.Compare, to which
//     NaN is less than every number and equal to itself.
//   - [Number] with a ~ at every term, so that named types belong to it. The
//     guide's int | int64 | float64 has none, and names three of thirteen.
//   - [Sum] into a type that the caller names and that is wide enough.
//   - S ~[]E where a slice comes back: with []E a named slice type comes back
//     as a plain one, without its methods.
//
// The ~ stands before a type that is its own underlying type: ~int64, never
// ~time.Duration.
//
// # What finds it
//
// The compiler refuses a type that a constraint leaves out, and says that a ~
// may be missing. testdata/refused holds that message and seven more, each at
// its line. It accepts what wraps and what is not a number: these take a test
// with the smallest type and with NaN in the middle ([Brightness], [Hottest]).
package constraints

import (
	"cmp"
	"slices"
)

// Number is every type that has + and an order: the integers, the floats, and
// the types defined by them, such as time.Duration.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64
}

// Sum adds the values of s as To, which the caller names: Sum[int](pixels). It
// is 0 for an empty s. Each value is converted before it is added, so the sum
// overflows only where To does, and then in silence, as + does. A To that
// cannot hold a value changes it, as a conversion does: of floats to an integer
// the fractions are lost one by one.
func Sum[To, T Number](s []T) To {
	var total To
	for _, v := range s {
		total += To(v)
	}
	return total
}

// Max returns the largest value of s, and false if s is empty. A NaN counts as
// less than every number, so it is the result only if s holds nothing else. To
// have a single NaN make the result NaN, use slices.Max.
func Max[T cmp.Ordered](s []T) (largest T, ok bool) {
	if len(s) == 0 {
		return largest, false
	}
	return slices.MaxFunc(s, cmp.Compare[T]), true
}
