package tee

import (
	"bytes"
	"context"
	"sync"
)

// FixedOrder gives the orders of a shop to its books and to its warehouse.
// Compare [Tee].
func FixedOrder(orders <-chan string) (books, warehouse <-chan string) {
	toBooks, toWarehouse := make(chan string), make(chan string)
	go func() {
		defer close(toBooks)
		defer close(toWarehouse)
		for order := range orders {
			// BUG(deadlock, hang, leakprofile, synctest): FixedOrder serves the
			// books first: who reads the warehouse first waits for ever.
			toBooks <- order
			toWarehouse <- order
		}
	}()
	return toBooks, toWarehouse
}

// SharedSlice shows the lines of a log with their passwords masked, and stores
// them as they came. bytes.ReplaceAll, say, would return a copy.
func SharedSlice(
	ctx context.Context,
	lines <-chan []byte,
	show, store func([]byte),
) {
	shown, stored := Tee(ctx, lines)
	var both sync.WaitGroup
	both.Go(func() {
		for line := range shown {
			_, password, _ := bytes.Cut(line, []byte("password="))
			for i := range password {
				// BUG(race): SharedSlice masks the bytes that the other
				// consumer stores: a tee copies the slice, not its array.
				password[i] = '*'
			}
			show(line)
		}
	})
	both.Go(func() {
		for line := range stored {
			store(line)
		}
	})
	both.Wait()
}

// OneLeaves archives all events and warns at the first that is fatal. Compare
// [Tee]'s advice for who leaves early.
func OneLeaves(
	ctx context.Context,
	events <-chan string,
	archive, warn func(string),
) {
	archived, watched := Tee(ctx, events)
	var both sync.WaitGroup
	both.Go(func() {
		for e := range archived {
			archive(e)
		}
	})
	both.Go(func() {
		for e := range watched {
			if e == "fatal" {
				warn(e)
				// BUG(deadlock, hang, synctest): OneLeaves stops watching after
				// a warning, and with it the archive, which is not done.
				return
			}
		}
	})
	both.Wait()
}
