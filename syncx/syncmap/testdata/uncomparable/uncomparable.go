// Package uncomparable holds what a type parameter lets the compiler refuse. A
// comment ERROR "message" stands at the line of each error.
package uncomparable

import "sync"

func compareAndSwap[V comparable](m *sync.Map, key string, old, next V) bool {
	return m.CompareAndSwap(key, old, next)
}

// Grant compares slices, and what holds slices.
func Grant(m *sync.Map, roles []string, user struct{ roles []string }) {
	compareAndSwap(m, "ada", roles, nil)    // ERROR "[]string does not satisfy comparable"
	compareAndSwap(m, "ada", user, user)    // ERROR "struct{roles []string} does not satisfy comparable"
	compareAndSwap(m, "ada", &roles, nil)   // a pointer is compared by address
	compareAndSwap[any](m, "ada", roles, 1) // an interface compiles, and panics
}
