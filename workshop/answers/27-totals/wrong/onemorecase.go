// One more case helps until the next type, and types of other packages cannot
// be named here.
//
// FAILS: the total of points is 0
package totals

// Cents is an amount of money.
type Cents int64

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
		case Cents:
			*any(&sum).(*Cents) += v
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
