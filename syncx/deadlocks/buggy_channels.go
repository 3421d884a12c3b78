package deadlocks

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// SendFirst lists a tree of folders with several workers. Compare [Walk].
func SendFirst(root string, workers int, list func(dir string) []string) {
	dirs := make(chan string)
	var pending sync.WaitGroup
	for range workers {
		go func() {
			for dir := range dirs {
				for _, sub := range list(dir) {
					pending.Add(1)
					// BUG(leakprofile, synctest, deadlock, hang): SendFirst's
					// workers send before they receive again: once all of them
					// send, nobody receives.
					dirs <- sub
				}
				pending.Done()
			}
		}()
	}
	pending.Add(1)
	dirs <- root
	pending.Wait()
	close(dirs)
}

// EarlyReturn loads a user and, beside it, the orders. Compare [Overview].
func EarlyReturn(
	user func() (string, error),
	orders func() []string,
) (string, error) {
	loaded := make(chan []string)
	go func() {
		// BUG(goleak, leakprofile, synctest): EarlyReturn's send has no
		// receiver once the user is not found: its goroutine stays.
		loaded <- orders()
	}()
	name, err := user()
	if err != nil {
		return "", fmt.Errorf("load user: %w", err)
	}
	return fmt.Sprintf("%s: %d orders", name, len(<-loaded)), nil
}

// DoneMissed passes events on in upper case, until they or ctx end. Compare
// [Relay].
func DoneMissed(ctx context.Context, events <-chan string) <-chan string {
	upper := make(chan string)
	go func() {
		defer close(upper)
		for {
			select {
			case e, ok := <-events:
				if !ok {
					return
				}
				// BUG(goleak, leakprofile, synctest): DoneMissed looks at ctx
				// only where it receives: who cancels and goes leaves this send
				// behind.
				upper <- strings.ToUpper(e)
			case <-ctx.Done():
				return
			}
		}
	}()
	return upper
}

// Overwritten asks a server while a goroutine watches the line, which ends with
// its ctx. Compare [Query].
func Overwritten(
	ctx context.Context,
	timeout time.Duration,
	watch func(context.Context),
	ask func(context.Context) string,
) string {
	ctx, cancel := context.WithCancel(ctx)
	go watch(ctx)
	if timeout > 0 {
		// BUG(goleak, leakprofile, synctest): Overwritten's first cancel is
		// lost under the second, and the watcher has the first ctx.
		ctx, cancel = context.WithTimeout(ctx, timeout)
	}
	defer cancel()
	return ask(ctx)
}

// A Gate holds requests back until the service is ready. Compare [Ready].
type Gate struct {
	mu      sync.Mutex
	changed *sync.Cond
	open    bool
	queued  func() // told of each request that has to wait
}

// NewGate returns a closed gate.
func NewGate(queued func()) *Gate {
	g := &Gate{queued: queued}
	g.changed = sync.NewCond(&g.mu)
	return g
}

// Wait returns when the gate is open, or ctx ends. Compare [Ready.Wait].
func (g *Gate) Wait(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open && ctx.Err() == nil {
		g.queued()
		// BUG(leakprofile, synctest, deadlock, hang): Gate.Wait looks at ctx
		// when it is woken, and the end of ctx closes a channel: it wakes no
		// Cond.
		g.changed.Wait()
	}
	return context.Cause(ctx)
}

// Open lets the requests in. Compare [Ready.Open].
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
	// BUG(leakprofile, synctest, deadlock, hang): Gate.Open signals where all
	// have to know: one request comes in, the others wait for ever.
	g.changed.Signal()
}
