package broadcast

import (
	"context"
	"slices"
	"sync"
)

// LockedTopic sends prices to its subscribers. Compare [Hub].
type LockedTopic struct {
	mu   sync.Mutex
	subs []chan int
}

// Subscribe returns a channel that receives all prices from now on.
func (t *LockedTopic) Subscribe(buffer int) chan int {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch := make(chan int, buffer)
	t.subs = append(t.subs, ch)
	return ch
}

// Unsubscribe closes the channel. Here it is safe: nobody sends meanwhile.
func (t *LockedTopic) Unsubscribe(ch chan int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.subs, ch); i >= 0 {
		t.subs = slices.Delete(t.subs, i, i+1)
		close(ch)
	}
}

// Publish sends the price to all.
func (t *LockedTopic) Publish(price int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, ch := range t.subs {
		// BUG(deadlock, hang, leakprofile): LockedTopic.Publish holds the lock
		// while one slow subscriber blocks it: nobody else gets a price, and
		// that one's Unsubscribe waits for the lock.
		ch <- price
	}
}

// CopiedTopic sends without the lock, so that nobody need wait for it. Compare
// [Hub].
type CopiedTopic struct {
	mu   sync.Mutex
	subs []chan int
}

// Subscribe returns a channel that receives all prices from now on.
func (t *CopiedTopic) Subscribe(buffer int) chan int {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch := make(chan int, buffer)
	t.subs = append(t.subs, ch)
	return ch
}

// Publish sends the price to all who are subscribed when it begins.
func (t *CopiedTopic) Publish(price int) {
	t.mu.Lock()
	subs := slices.Clone(t.subs)
	t.mu.Unlock()
	for _, ch := range subs {
		ch <- price
	}
}

// Unsubscribe closes the channel, so that its reader's loop ends.
func (t *CopiedTopic) Unsubscribe(ch chan int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.subs, ch); i >= 0 {
		t.subs = slices.Delete(t.subs, i, i+1)
		// BUG(panic, race): CopiedTopic.Unsubscribe closes a channel that
		// Publish sends to, or will, from its copy of the list: Publish
		// panics.
		close(ch)
	}
}

// PlaceOrder places an order and waits until it is reported. It must not miss
// that report, and so asks the hub to block.
func PlaceOrder(reports *Hub[string], id string, place func(id string)) {
	ctx := context.Background()
	orders := reports.Subscribe(ctx, 1, Block) // first, or it comes too late
	place(id)
	// BUG(goleak, leakprofile, synctest): PlaceOrder returns and stays
	// subscribed: the publisher blocks for good once the buffer is full.
	for order := range orders {
		if order == id {
			return
		}
	}
}
