// Every number can be printed and read again, until a type prints itself in a
// way that is for people.
//
// FAILS: the total of cents is
package totals

import (
	"fmt"
	"reflect"
	"strconv"
)

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
		a, _ := strconv.ParseFloat(fmt.Sprint(sum), 64)
		b, _ := strconv.ParseFloat(fmt.Sprint(value), 64)
		s := reflect.ValueOf(&sum).Elem()
		s.Set(reflect.ValueOf(a + b).Convert(s.Type()))
	}
	return sum
}
