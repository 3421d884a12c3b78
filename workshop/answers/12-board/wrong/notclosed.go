// Nothing is sent any more, so nothing can go wrong; and whoever ranges over
// the channel waits for ever.
//
// FAILS: A page was closed, and still listens
package board

import "sync"

// A Board knows the price, and tells it. It may be used by many goroutines.
type Board struct {
	mu        sync.Mutex
	listeners map[chan int]bool
	cents     int
	known     bool // there is a price
}

// NewBoard returns a board without a price and without listeners.
func NewBoard() *Board { return &Board{listeners: map[chan int]bool{}} }

// Set sets the price, and tells it to all listeners. It never waits for one: a
// listener that has not taken the price before gets the new one in its place.
func (b *Board) Set(cents int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cents, b.known = cents, true
	for prices := range b.listeners {
		select {
		case <-prices: // nobody has taken it, and it is old
		default:
		}
		prices <- cents // does not wait: only Set sends
	}
}

// Listen returns a channel of prices: first the one that is known, if there is
// one, and then each new one. Whoever is slow misses prices, but never the
// newest.
//
// leave ends that, and closes the channel. It may be called at any time, also
// while a price is set, and more than once.
func (b *Board) Listen() (prices <-chan int, leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := make(chan int, 1)
	if b.known {
		own <- b.cents
	}
	b.listeners[own] = true
	return own, func() { b.leave(own) }
}

func (b *Board) leave(own chan int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listeners[own] {
		delete(b.listeners, own)
	}
}
