package unsynced

import (
	"fmt"
	"sync/atomic"
)

// A Job loads rows in the background. Compare [Import].
type Job struct{ done int }

// Start loads rows. The channel is closed when it has.
func (j *Job) Start(rows []string, load func(row string)) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for _, row := range rows {
			load(row)
			j.done++
		}
	}()
	return ended
}

// Progress says how far it is. A page asks for it every second. Compare
// [Import.Done].
func (j *Job) Progress() string {
	// BUG(race): Job.Progress reads what the job's goroutine writes: nothing
	// says that it ever sees more than 0.
	return fmt.Sprintf("%d rows", j.done)
}

// A Service dials when it is first asked. Compare [Gateway].
type Service struct {
	Dial func() *Conn
	conn *Conn
}

// Conn returns the connection. Handlers call it. Compare [Gateway.Conn].
func (s *Service) Conn() *Conn {
	if s.conn == nil {
		// BUG(race, test): Service.Conn is called by all the first requests at
		// once: each dials, and all connections but one are lost, still open.
		s.conn = s.Dial()
	}
	return s.conn
}

// A Turnstile lets in so many at once. Compare [Gate].
type Turnstile struct {
	Limit int64
	Log   func(in int64)
	in    atomic.Int64
}

// Enter reports whether there was room, and takes it. Compare [Gate.Enter].
func (t *Turnstile) Enter() bool {
	in := t.in.Load()
	t.Log(in)
	if in >= t.Limit {
		return false
	}
	// BUG(test): Turnstile.Enter adds to what it has looked at before: two see
	// the last place, both take it, and each access was atomic.
	t.in.Add(1)
	return true
}

// A Backend is a service that may move. Compare [Upstream].
type Backend struct{ host, key atomic.Value } // of string

// Switch moves the service. Compare [Upstream.Switch].
func (b *Backend) Switch(host string, key func(host string) string) {
	b.host.Store(host)
	// BUG(test): Backend.Switch stores two values in two steps: who asks between
	// them sends the old host's key to the new one.
	b.key.Store(key(host))
}

// Address returns where the service is.
func (b *Backend) Address() Address {
	host, _ := b.host.Load().(string)
	key, _ := b.key.Load().(string)
	return Address{host, key}
}

// A Banner stands on every page. Compare [Notice].
type Banner struct {
	text   string
	events atomic.Int64 // for the metrics
}

// Set changes the text.
func (b *Banner) Set(text string) {
	b.text = text
	b.events.Add(1)
}

// Show returns the text. Compare [Notice.Show].
func (b *Banner) Show() string {
	b.events.Add(1)
	// BUG(race): Banner.Show reads the text without a lock. Where Set comes
	// first, the counter orders the two by chance, and no tool reports it.
	return b.text
}
