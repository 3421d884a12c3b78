package deadlocks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// An Entry is an event with its number.
type Entry struct {
	Number int
	Event  string
}

// A Ledger numbers events and writes them down in that order. Its goroutine
// alone has the number, so that no lock is needed to keep the order.
type Ledger struct {
	events  chan string
	written atomic.Int64
	ended   chan struct{}
}

// NewLedger starts the goroutine, which Close ends.
func NewLedger(write func(Entry)) *Ledger {
	l := &Ledger{events: make(chan string), ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		last := 0
		for event := range l.events {
			last++
			write(Entry{last, event})
			l.written.Store(int64(last))
		}
	}()
	return l
}

// Append adds an event, and waits until the one before is written or ctx ends.
// It may be called concurrently, but not by write.
func (l *Ledger) Append(ctx context.Context, event string) error {
	select {
	case l.events <- event:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("append: %w", context.Cause(ctx))
	}
}

// Written returns the number of the last event that is written.
func (l *Ledger) Written() int { return int(l.written.Load()) }

// Close returns when all events are written. No Append may follow, and none may
// be under way.
func (l *Ledger) Close() {
	close(l.events)
	<-l.ended
}

// Leases lend connections, which have numbers.
type Leases struct {
	idle chan int
	lent atomic.Int64
}

// NewLeases returns n connections to lend.
func NewLeases(n int) *Leases {
	l := &Leases{idle: make(chan int, n)}
	for c := range n {
		l.idle <- c
	}
	return l
}

// Get lends a connection, and waits for one, without a lock, until ctx ends.
func (l *Leases) Get(ctx context.Context) (int, error) {
	select {
	case c := <-l.idle:
		l.lent.Add(1)
		return c, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("get: %w", context.Cause(ctx))
	}
}

// Put takes a connection back that Get has lent, once. It does not wait.
func (l *Leases) Put(c int) {
	l.lent.Add(-1)
	l.idle <- c // there is room for all
}

// Lent returns how many connections are lent.
func (l *Leases) Lent() int { return int(l.lent.Load()) }

// A Service knows the requests that it serves. The zero value serves none.
type Service struct {
	mu       sync.Mutex
	closing  bool
	active   map[string]bool
	requests sync.WaitGroup
}

// ErrClosing says that a service takes no more requests.
var ErrClosing = errors.New("service is closing")

// Serve handles a request in a goroutine. The names of requests differ.
func (s *Service) Serve(name string, handle func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return fmt.Errorf("serve %s: %w", name, ErrClosing)
	}
	if s.active == nil {
		s.active = map[string]bool{}
	}
	s.active[name] = true
	s.requests.Go(func() {
		defer s.end(name)
		handle()
	})
	return nil
}

// Active returns how many requests are being handled.
func (s *Service) Active() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.active)
}

// Shutdown refuses new requests and waits for the others, without the lock. A
// handle must not call it.
func (s *Service) Shutdown() {
	s.refuse()
	s.requests.Wait()
}

func (s *Service) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
}

func (s *Service) end(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.active, name)
}

// Collect asks all shards at once and returns their hits in the order in which
// they come. Who waits for the shards is not who receives from them. It returns
// when the last shard does, so they must heed their ctx.
func Collect(
	ctx context.Context,
	shards ...func(context.Context) []string,
) []string {
	found := make(chan []string)
	var wg sync.WaitGroup
	for _, shard := range shards {
		wg.Go(func() { found <- shard(ctx) })
	}
	go func() {
		wg.Wait()
		close(found)
	}()
	var hits []string
	for some := range found {
		hits = append(hits, some...)
	}
	return hits
}

// Upload uploads a report that is written while it is read. upload need not
// read to the end.
func Upload(
	ctx context.Context,
	lines []string,
	upload func(context.Context, io.Reader) error,
) error {
	r, w := io.Pipe()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { _ = w.CloseWithError(write(w, lines)) }) // nil is io.EOF
	err := upload(ctx, r)
	_ = r.Close() // ends a write that is under way; both return no error
	if err != nil {
		return fmt.Errorf("upload report: %w", err)
	}
	return nil
}

func write(w io.Writer, lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	return nil
}

// A Sender sends each line of a log to a server. Give it to log.New or to a
// handler of log/slog, which hold their lock while they call Write.
type Sender struct {
	Send     func(line string) error
	Fallback io.Writer // of lines not sent; must not be the log itself
}

// Write sends a line, or writes it to the fallback.
func (s Sender) Write(line []byte) (int, error) {
	if s.Send(string(line)) == nil {
		return len(line), nil
	}
	n, err := s.Fallback.Write(line)
	if err != nil {
		return n, fmt.Errorf("fallback: %w", err)
	}
	return n, nil
}
