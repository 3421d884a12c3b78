// Package refused has the mistakes of package emptyinterface with types, where
// they do not compile.
package refused

type paid struct {
	order int64
	items []string
}

type topic[E any] struct{ handlers []func(E) }

func (t topic[E]) publish(event E) {
	for _, handle := range t.handlers {
		handle(event)
	}
}

type seen[K comparable] struct{ keys map[K]bool }

// Refused does not compile.
func Refused(t topic[paid]) {
	t.publish(&paid{}) // ERROR "cannot use &paid{} (value of type *paid) as paid value in argument to t.publish"
	_ = seen[paid]{}   // ERROR "paid does not satisfy comparable"
}
