// Package board shows the price of an auction to all who watch.
//
// Only the newest price counts, so a channel with room for one is enough: an
// old price that nobody has taken is taken out, and the new one put in. Set is
// the only one who sends, and it does so under the lock: there is room, the
// send cannot wait, and so the lock is never held for long. A listener may take
// the old price just before Set does; then there is nothing to take out.
//
// leave closes under the same lock, and takes the channel off the list. So no
// Set can have it in its hand, and a second leave finds nothing to close.
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
		close(own)
	}
}
