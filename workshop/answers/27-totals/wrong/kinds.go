// A switch over kinds knows Cents, and has a hole where a kind was left out:
// points.
//
// FAILS: the total of points is 0
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
		switch v.Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			s.SetInt(s.Int() + v.Int())
		case reflect.Float32, reflect.Float64:
			s.SetFloat(s.Float() + v.Float())
		}
	}
	return sum
}
