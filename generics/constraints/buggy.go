package constraints

import "cmp"

// larger is the guide's Max. For two values there is the builtin max.
func larger[T cmp.Ordered](a, b T) T {
	if a > b {
		return a
	}
	return b
}

// Hottest returns the highest reading. A sensor that is away reads NaN.
// Compare [Max].
func Hottest[T cmp.Ordered](readings []T) T {
	var hottest T
	for i, r := range readings {
		if i == 0 {
			hottest = r
			continue
		}
		// BUG(test): Hottest forgets all readings before a NaN, for no number
		// is larger than NaN and NaN is larger than no number.
		hottest = larger(hottest, r)
	}
	return hottest
}

// Brightness returns the mean of the pixels. Compare [Sum].
func Brightness[T Number](pixels []T) T {
	var total T
	for _, p := range pixels {
		// BUG(test): Brightness adds in the type of a pixel: two uint8 of 200
		// make 144, and their mean 72.
		total += p
	}
	return total / T(max(1, len(pixels)))
}
