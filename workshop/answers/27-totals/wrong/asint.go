// With integers it is exact, and the half of a degree is gone.
//
// FAILS: the total of degrees is
package totals

import "reflect"

// ByKey returns for each key the sum of the values of those items that have it.
func ByKey[E any, K comparable, V any](items []E, key func(E) K, value func(E) V) map[K]V {
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
func Sum[T any](values []T) T {
	var sum T
	for _, value := range values {
		v := reflect.ValueOf(value)
		s := reflect.ValueOf(&sum).Elem()
		to := reflect.TypeFor[int64]()
		s.Set(reflect.ValueOf(s.Convert(to).Int() + v.Convert(to).Int()).Convert(s.Type()))
	}
	return sum
}
