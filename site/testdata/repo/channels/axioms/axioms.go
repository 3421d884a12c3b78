// Package axioms says what a channel does.
package axioms

// Send sends.
func Send(to chan<- int) { to <- 1 }
