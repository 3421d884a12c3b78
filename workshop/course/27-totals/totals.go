// Package totals adds up what stands on invoices.
//
// # What people see
//
// Prices were of type int. Since they are of a type of their own, Cents, and
// points of another, invoices look right and have a total of 0. Nothing was
// logged. It is not the first time: with the first tax rate, a float32, it was
// the same, and a case was added to a switch.
//
// # Your task
//
// Sum and ByKey are for every type that is made of an integer or of a float,
// also for those that are declared in other packages, next year. You may change
// what they require of their types.
package totals

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
		switch v := any(value).(type) {
		case int:
			*any(&sum).(*int) += v
		case int64:
			*any(&sum).(*int64) += v
		case float32:
			*any(&sum).(*float32) += v
		case float64:
			*any(&sum).(*float64) += v
		}
	}
	return sum
}
