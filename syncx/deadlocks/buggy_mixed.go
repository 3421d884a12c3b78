package deadlocks

import (
	"context"
	"fmt"
	"io"
	"log"
	"sync"
)

// A Journal numbers events, and a goroutine writes them down in that order.
// Compare [Ledger].
type Journal struct {
	mu      sync.Mutex
	last    int
	written int
	entries chan Entry
}

// NewJournal starts the goroutine.
func NewJournal(write func(Entry)) *Journal {
	j := &Journal{entries: make(chan Entry)}
	go func() {
		for e := range j.entries {
			write(e)
			j.mu.Lock()
			j.written = e.Number
			j.mu.Unlock()
		}
	}()
	return j
}

// Append adds an event. Compare [Ledger.Append].
func (j *Journal) Append(event string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	// BUG(leakprofile, deadlock, hang): Journal.Append sends under the lock, to
	// keep the order, and the receiver takes the lock before it receives again.
	j.entries <- Entry{j.last, event}
}

// Close ends the goroutine.
func (j *Journal) Close() { close(j.entries) }

// A Pool lends connections, which have numbers. Compare [Leases].
type Pool struct {
	mu   sync.Mutex
	idle chan int
	lent int
}

// NewPool returns a pool of n connections.
func NewPool(n int) *Pool {
	p := &Pool{idle: make(chan int, n)}
	for c := range n {
		p.idle <- c
	}
	return p
}

// Get lends a connection, and waits for one until ctx ends. Compare
// [Leases.Get].
func (p *Pool) Get(ctx context.Context) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// BUG(leakprofile, deadlock, hang): Pool.Get waits in a select under its
	// lock, and Put, which would end that wait, waits for the lock.
	select {
	case c := <-p.idle:
		p.lent++
		return c, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("get: %w", context.Cause(ctx))
	}
}

// Put takes a connection back. Compare [Leases.Put].
func (p *Pool) Put(c int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lent--
	p.idle <- c
}

// A Server knows the requests that it serves. Compare [Service].
type Server struct {
	mu       sync.Mutex
	closing  bool
	active   map[string]bool
	requests sync.WaitGroup
}

// NewServer returns a server without requests.
func NewServer() *Server { return &Server{active: map[string]bool{}} }

// Serve handles a request in a goroutine. Compare [Service.Serve].
func (s *Server) Serve(name string, handle func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return
	}
	s.active[name] = true
	s.requests.Go(func() {
		handle()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.active, name)
	})
}

// Shutdown waits for the requests. Compare [Service.Shutdown].
func (s *Server) Shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	// BUG(leakprofile, deadlock, hang): Server.Shutdown waits under the lock
	// that each request takes before it is done.
	s.requests.Wait()
}

// WaitFirst asks all shards of a search. Compare [Collect].
func WaitFirst(shards ...func() []string) []string {
	found := make(chan []string)
	var wg sync.WaitGroup
	for _, shard := range shards {
		// BUG(leakprofile, synctest, deadlock, hang): WaitFirst receives once
		// all shards are done, and a shard is done once it is received.
		wg.Go(func() { found <- shard() })
	}
	wg.Wait()
	close(found)
	var hits []string
	for some := range found {
		hits = append(hits, some...)
	}
	return hits
}

// PipeFirst uploads a report. Compare [Upload].
func PipeFirst(lines []string, upload func(io.Reader) error) error {
	r, w := io.Pipe()
	for _, line := range lines {
		// BUG(leakprofile, synctest, deadlock, hang): PipeFirst writes to a
		// pipe that nobody reads yet, and an io.Pipe has no room.
		if _, err := fmt.Fprintln(w, line); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("end report: %w", err)
	}
	return upload(r)
}

// A Shipper sends each line of a log to a server. Compare [Sender].
type Shipper struct {
	log  *log.Logger
	send func(line string) error
}

// NewShipper returns a log whose lines are sent.
func NewShipper(send func(line string) error) *log.Logger {
	s := &Shipper{send: send}
	s.log = log.New(s, "", 0)
	return s.log
}

// Write sends a line. The log calls it. Compare [Sender.Write].
func (s *Shipper) Write(line []byte) (int, error) {
	if err := s.send(string(line)); err != nil {
		// BUG(leakprofile, deadlock, hang): Shipper.Write logs to the log that
		// calls it, and a log.Logger holds its lock while it writes.
		s.log.Printf("line not sent: %v", err)
	}
	return len(line), nil
}
