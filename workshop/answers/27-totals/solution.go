// Package totals adds up what stands on invoices.
//
// The switch knew four types. Cents is made of one of them, and is another
// type: no case was taken, and the sum stayed 0. A default that panics would
// have told of it, at run time; the constraint tells of it before. A type set
// with ~ is of all types made of one of these, whoever declares them, and + is
// allowed for all of them. What was asked at run time for each value is asked
// once, by the compiler.
//
// golang.org/x/exp/constraints has Integer and Float, of which this is the
// union. cmp.Ordered has strings as well, for which + is no sum.
package totals

// A Number is a type made of an integer or of a float.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64
}

// ByKey returns for each key the sum of the values of those items that have it.
func ByKey[E any, K comparable, V Number](items []E, key func(E) K, value func(E) V) map[K]V {
	values := map[K][]V{}
	for _, item := range items {
		k := key(item)
		values[k] = append(values[k], value(item))
	}
	sums := map[K]V{}
	for k, v := range values {
		sums[k] = Sum(v)
	}
	return sums
}

// Sum returns the sum of values, exactly, as far as their type can hold it.
func Sum[T Number](values []T) T {
	var sum T
	for _, value := range values {
		sum += value
	}
	return sum
}
