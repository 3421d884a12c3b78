package syncmap

import (
	"slices"
	"sync"
)

// Traffic is how many bytes each path has sent. Compare [Update].
type Traffic struct{ sent sync.Map } // of string to int

// Serve lets a handler answer a request and counts what it sends.
func (t *Traffic) Serve(path string, handler func() (sent int)) {
	value, _ := t.sent.Load(path)
	before, _ := value.(int)
	// BUG(test): Traffic.Serve loads, answers, and stores the sum: what other
	// requests have stored in the meantime is overwritten.
	t.sent.Store(path, before+handler())
}

// Sent returns how many bytes a path has sent.
func (t *Traffic) Sent(path string) int {
	value, _ := t.sent.Load(path)
	sent, _ := value.(int)
	return sent
}

// Clients keeps one client for each tenant. Compare [Cache].
type Clients[C any] struct {
	clients sync.Map // of string to C
	dial    func(tenant string) C
}

// NewClients returns a cache that is empty.
func NewClients[C any](dial func(tenant string) C) *Clients[C] {
	return &Clients[C]{dial: dial}
}

// Of returns the client of a tenant.
func (c *Clients[C]) Of(tenant string) C {
	// BUG(test): Clients.Of dials before LoadOrStore looks: each call makes a
	// client, and all but the first are dropped without a Close.
	value, _ := c.clients.LoadOrStore(tenant, c.dial(tenant))
	client, _ := value.(C)
	return client
}

// A Session is what the server knows of a visitor.
type Session struct {
	User     string
	Requests int
}

// Sessions are those of all visitors. Compare [Update].
type Sessions struct{ sessions sync.Map } // of string to *Session

// Begin begins a session.
func (s *Sessions) Begin(id, user string) {
	s.sessions.Store(id, &Session{User: user})
}

// Touch counts a request of a session.
func (s *Sessions) Touch(id string) {
	value, _ := s.sessions.Load(id)
	if session, ok := value.(*Session); ok {
		// BUG(race): Sessions.Touch writes to what a pointer in the map refers
		// to: the map guards the pointer, and nothing guards the session.
		session.Requests++
	}
}

// Reset ends all sessions. Compare [Map.Clear].
func (s *Sessions) Reset() {
	// BUG(race): Sessions.Reset assigns an empty sync.Map over one that is in
	// use: it writes all its fields and takes no lock. It has Clear for that.
	s.sessions = sync.Map{}
}

// Readings are the last of each sensor since the last report. Compare
// [Map.Drain].
type Readings struct{ latest sync.Map } // of string to float64

// Set notes a reading.
func (r *Readings) Set(sensor string, reading float64) {
	r.latest.Store(sensor, reading)
}

// Report sends the readings and begins anew.
func (r *Readings) Report(send func(latest map[string]float64)) {
	latest := make(map[string]float64)
	r.latest.Range(func(k, v any) bool {
		sensor, _ := k.(string)
		latest[sensor], _ = v.(float64)
		return true
	})
	send(latest)
	// BUG(test): Readings.Report takes Range for a snapshot of what Clear
	// deletes: a reading that comes between is neither sent nor kept.
	r.latest.Clear()
}

// Roles are those of each user. Compare [CompareAndSwap].
type Roles struct{ roles sync.Map } // of string to []string

// Grant adds a role to those of a user. It reports false if somebody else has
// changed them meanwhile.
func (r *Roles) Grant(user, role string) (granted bool) {
	value, loaded := r.roles.LoadOrStore(user, []string{role})
	if !loaded {
		return true
	}
	roles, _ := value.([]string)
	next := slices.Concat(roles, []string{role})
	// BUG(panic): Roles.Grant has slices compared, which have no ==: it panics
	// with a user's second role, and was tested with the first.
	return r.roles.CompareAndSwap(user, roles, next)
}
