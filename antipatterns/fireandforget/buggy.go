package fireandforget

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Welcome greets a new user by mail. Compare [Tasks.Go].
func Welcome(send func(address string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		address := r.FormValue("address")
		// BUG(errcheck, fireandforget, goleak, leakprofile, synctest): Welcome
		// starts what nobody can end: while the mail server hangs, each request
		// leaves a goroutine behind.
		go send(address)
		w.WriteHeader(http.StatusAccepted)
	}
}

// Serve confirms orders and books them in the background. main returns after
// it. Compare [Tasks.Close].
func Serve(
	orders <-chan string,
	confirm func(order string),
	book func(order string) error,
) {
	for order := range orders {
		confirm(order)
		// BUG(fireandforget, test): Serve does not wait for what it started:
		// main returns, and orders that were confirmed are never booked.
		go func() {
			if err := book(order); err != nil {
				slog.Error("booking", "order", order, "err", err)
			}
		}()
	}
}

// StartFlush sends metrics at intervals, and the rest when ctx ends. Compare
// [Flush].
func StartFlush(ctx context.Context, every time.Duration, flush func()) {
	go func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				flush()
			case <-ctx.Done():
				// BUG(test): StartFlush begins its last flush when main cancels
				// ctx and returns: nobody waits, and the last metrics are lost.
				flush()
				return
			}
		}
	}()
}

// Imports are under way in the background. Compare [Tasks].
type Imports struct{ running sync.WaitGroup }

// Start starts an import.
func (i *Imports) Start(load func() error) {
	i.running.Go(func() {
		if err := load(); err != nil {
			slog.Error("importing", "err", err)
		}
	})
}

// Close waits for all imports. Compare [Tasks.Close].
func (i *Imports) Close() {
	// BUG(deadlock, hang, leakprofile, synctest): Imports.Close waits for what
	// it cannot end: one import that hangs, and the server never stops.
	i.running.Wait()
}

// A Heartbeat tells a registry at intervals that this instance is alive.
// Compare [Flush].
type Heartbeat struct {
	mu    sync.Mutex
	timer *time.Timer
}

// Start begins to beat.
func (h *Heartbeat) Start(every time.Duration, beat func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer = time.AfterFunc(every, func() {
		beat()
		h.mu.Lock()
		defer h.mu.Unlock()
		h.timer.Reset(every)
	})
}

// Stop ends the beat.
func (h *Heartbeat) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	// BUG(test): Heartbeat.Stop comes while a beat is under way, which arms the
	// timer again: the instance is gone and goes on to say that it is alive.
	h.timer.Stop()
}
