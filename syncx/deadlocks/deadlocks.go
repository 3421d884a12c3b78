// Package deadlocks shows how goroutines wait for each other for ever, once for
// each class that studies of real programs have found. It belongs to part 6.3
// of the guide, and is the sibling of package races.
//
// Each of these bugs is a wait that only another goroutine can end, and that
// one waits too, or has left. Both halves look right alone, and they often
// stand in two files, or one of them in a library:
//
//	Shutdown                       request
//	                               handle()
//	mu.Lock()
//	requests.Wait() // for it
//	                               mu.Lock() // for Shutdown: for ever
//
// # The classes
//
// A is T. Tu et al., "Understanding Real-World Concurrency Bugs in Go", ASPLOS
// 2019; G is T. Yuan et al., "GoBench: A Benchmark Suite of Real-World Go
// Concurrency Bugs", CGO 2021.
//
//   - Mutex (A): double locking (G), here through String ([Account.Withdraw])
//     and through a library that holds a lock of its own ([Shipper.Write]);
//     AB-BA (G) ([Member.Leave]); a path that does not unlock ([Cache.Get]).
//   - RWMutex (A), RWR (G): a read lock within a read lock, and a writer
//     between ([Flags.All]).
//   - Wait (A): condition variable (G) ([Gate.Open]); Wait under the lock that
//     ends it ([Server.Shutdown]); the other misuses of a WaitGroup (G) are in
//     package waitgroup of part 2.
//   - Channel (A, G): all send before they receive ([SendFirst]), a receiver
//     that has returned ([EarlyReturn]).
//   - Channel and context (G): [DoneMissed].
//   - Channel and condition variable (G): [Gate.Wait].
//   - Channel and lock (A, G): a send under a lock ([Journal.Append]), a select
//     under a lock ([Pool.Get]).
//   - Channel and WaitGroup (A, G): [WaitFirst].
//   - Library for messages (A): a context whose cancel is lost ([Overwritten]),
//     a pipe that is written before it is read ([PipeFirst]).
//
// # What to write
//
//   - Hold a lock to read and write memory, and for nothing else: copy or
//     change, unlock, and then call, send or wait ([Lobby], [Switches],
//     [Pages], [Service]). Such a step is a method so short that its Unlock is
//     deferred in the line after Lock.
//   - Exported methods lock, and call only those that do not ([Wallet]).
//   - Do not hold two locks. Give what is in order to one goroutine ([Ledger]),
//     or let a channel do the waiting and no lock ([Leases]).
//   - A send has a receiver on every path: by room ([Overview]), by a select
//     with ctx.Done ([Relay]), or because who waits for the senders is not who
//     receives ([Collect], [Upload]). Who waits for a slot holds none ([Walk]).
//   - What several wait for is a closed channel ([Ready]), which a select can
//     await beside ctx. Each cancel is deferred under a name of its own
//     ([Query]).
//
// # What finds it
//
// Of the sixteen bugs here, hang reports thirteen: the scenario waits and does
// not return. The three that return leave a goroutine behind, and only those
// are seen by goleak. synctest reports the eight in which nobody waits for a
// lock: such a wait is not durable to it, so one hides all other goroutines of
// the bubble, and the bubble's clock stands: no timeout fires there.
//
// The goroutineleak profile reports all sixteen, and the runtime's "all
// goroutines are asleep" the thirteen. Both counts are those of a small
// program. One timer that is still to fire silences the runtime; a lock in a
// package's variable, which any goroutine could unlock, silences the profile.
// The race detector, go vet and the linters report none.
//
// So the test to write is one that lets two goroutines meet at the bad moment:
// pass in a function that waits there. A hang then ends with go test -timeout,
// whose stacks name both waits.
package deadlocks

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Walk lists a tree of folders, at most limit of them at once, and returns
// ctx's error if it has ended. Each folder that waits for its turn costs a
// goroutine.
func Walk(
	ctx context.Context,
	root string,
	limit int,
	list func(ctx context.Context, dir string) []string,
) error {
	slots := make(chan struct{}, limit)
	var wg sync.WaitGroup
	var visit func(dir string)
	visit = func(dir string) {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		subs := list(ctx, dir)
		<-slots // who waits for a slot holds none
		for _, sub := range subs {
			wg.Go(func() { visit(sub) })
		}
	}
	visit(root)
	wg.Wait()
	return context.Cause(ctx)
}

// Overview loads a user and, beside it, the orders, and waits for both; they
// must heed their ctx. It does not wait for the orders of a user who is not
// found.
func Overview(
	ctx context.Context,
	user func(context.Context) (string, error),
	orders func(context.Context) []string,
) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	loaded := make(chan []string, 1) // room, should nobody receive
	go func() { loaded <- orders(ctx) }()
	name, err := user(ctx)
	if err != nil {
		return "", fmt.Errorf("load user: %w", err)
	}
	return fmt.Sprintf("%s: %d orders", name, len(<-loaded)), nil
}

// Relay passes events on in upper case, until they or ctx end; then it closes
// its channel. Who stops receiving must cancel ctx.
func Relay(ctx context.Context, events <-chan string) <-chan string {
	upper := make(chan string)
	go func() {
		defer close(upper)
		for {
			var event string
			var ok bool
			select {
			case event, ok = <-events:
			case <-ctx.Done():
			}
			if !ok {
				return
			}
			select {
			case upper <- strings.ToUpper(event):
			case <-ctx.Done():
				return
			}
		}
	}()
	return upper
}

// Query asks a server, if timeout is positive only so long, while a goroutine
// watches the line. Both are over when it returns.
func Query(
	ctx context.Context,
	timeout time.Duration,
	watch func(context.Context),
	ask func(context.Context) string,
) string {
	var wg sync.WaitGroup
	defer wg.Wait()
	watched, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { watch(watched) })
	if timeout <= 0 {
		return ask(watched)
	}
	limited, cancelLimited := context.WithTimeout(watched, timeout)
	defer cancelLimited()
	return ask(limited)
}

// Ready holds requests back until the service is ready. A closed channel is
// what any number can wait for, beside other things. Its methods may be called
// concurrently.
type Ready struct {
	once sync.Once
	open chan struct{}
}

// NewReady returns a Ready that is not.
func NewReady() *Ready { return &Ready{open: make(chan struct{})} }

// Wait returns nil when the service is ready, or ctx's error if that comes
// first.
func (r *Ready) Wait(ctx context.Context) error {
	select {
	case <-r.open:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Open lets all requests in, those that wait and those to come. It may be
// called more than once.
func (r *Ready) Open() { r.once.Do(func() { close(r.open) }) }
