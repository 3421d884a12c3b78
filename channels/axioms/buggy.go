package axioms

import "fmt"

// A Broker hands messages to its subscribers.
type Broker struct{ subscribers []chan string }

// Subscribe returns a channel for the messages to come.
func (b *Broker) Subscribe() chan string {
	c := make(chan string, 8)
	b.subscribers = append(b.subscribers, c)
	return c
}

// Publish sends the message to all subscribers. One that wants no more has
// closed its channel.
func (b *Broker) Publish(message string) {
	for _, c := range b.subscribers {
		// BUG(panic): Broker.Publish sends to a channel that its subscriber has
		// closed: send on closed channel.
		c <- message
	}
}

// CloseOfClosed fetches the parts of a file and reports each that is there. The
// defer alone would do.
func CloseOfClosed(
	parts []string,
	fetch func(part string) error,
	progress chan<- string,
) error {
	defer close(progress)
	for _, part := range parts {
		if err := fetch(part); err != nil {
			// BUG(panic): CloseOfClosed closes its channel here, to let the
			// receiver go, and again by its defer.
			close(progress)
			return fmt.Errorf("fetch %s: %w", part, err)
		}
		progress <- part
	}
	return nil
}

// A Watcher watches until Stop.
type Watcher struct{ quit chan struct{} }

// Start begins to watch.
func (w *Watcher) Start(watch func(quit <-chan struct{})) {
	w.quit = make(chan struct{})
	go watch(w.quit)
}

// Stop ends what Start has begun. Signal in package done would do.
func (w *Watcher) Stop() {
	// BUG(panic): Watcher.Stop closes a nil channel if Start was not called, as
	// when a program ends early.
	close(w.quit)
}

// A Server tells when it is ready to serve.
type Server struct {
	addr  string
	ready chan struct{}
}

// NewServer returns a server that is not ready yet.
func NewServer(addr string) *Server {
	return &Server{addr: addr, ready: make(chan struct{})}
}

// Listen makes the server ready.
func (s *Server) Listen() {
	if s.ready != nil {
		close(s.ready)
	}
}

// Wait returns when the server is ready.
func (s *Server) Wait() {
	// BUG(deadlock, hang, leakprofile, synctest): Server.Wait receives from nil
	// if NewServer did not make the Server: nothing ends that.
	<-s.ready
}

// Metrics counts what it could not send.
type Metrics struct {
	samples chan int
	Dropped int
}

// Report sends a sample if somebody has time for it.
func (m *Metrics) Report(sample int) {
	select {
	case m.samples <- sample:
	default:
		// BUG(test): Metrics.Report drops every sample when samples was never
		// made: a nil channel is never ready, and default hides it.
		m.Dropped++
	}
}
