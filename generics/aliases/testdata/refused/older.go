//go:build go1.22

package refused

// Pair is in the language of Go 1.22. In 1.23 it took a GOEXPERIMENT.
type Pair[T any] = [2]T // ERROR "generic type alias requires go1.23 or later"
