// Package board shows the price of an auction to all who watch.
//
// # What people see
//
// A browser on a train takes nothing for a minute, and for a minute nobody sees
// a new price: the server sends to one after the other. Sending in a goroutine
// each was tried: the prices came in any order, so people bid on old ones, and
// when somebody closed the page in the wrong moment, the server died of a send
// on a closed channel.
//
// # Your task
//
// Write Set and Listen, as their comments say, and whatever a Board needs for
// it. The test is the specification.
package board

// A Board knows the price, and tells it. It may be used by many goroutines.
type Board struct {
}

// NewBoard returns a board without a price and without listeners.
func NewBoard() *Board { return &Board{} }

// Set sets the price, and tells it to all listeners. It never waits for one: a
// listener that has not taken the price before gets the new one in its place.
func (b *Board) Set(cents int) {
	panic("Set is yours to write")
}

// Listen returns a channel of prices: first the one that is known, if there is
// one, and then each new one. Whoever is slow misses prices, but never the
// newest.
//
// leave ends that, and closes the channel. It may be called at any time, also
// while a price is set, and more than once.
func (b *Board) Listen() (prices <-chan int, leave func()) {
	panic("Listen is yours to write")
}
