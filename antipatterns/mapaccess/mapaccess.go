// Package mapaccess shows a map that goroutines use at the same time: without a
// lock, under the wrong half of one, beyond one, and with a lock for each half
// of a step. It belongs to part 14 of the guide, anti-pattern 9.
//
// The guide says runtime panic. It is worse: a fatal error. Nothing recovers
// it, neither a recover of one's own nor that of net/http, and no deferred call
// runs ([Hits.Count]). And it is not sure to come: the runtime looks for
// another goroutine in passing, and without one at that very moment a count is
// lost or an entry half seen. With a string for a key that is deleted
// meanwhile, that half may be a nil pointer. Then there is a panic after all
// ([Logins.Get]), and whoever recovers it goes on with a map that two
// goroutines have written at once.
//
//	request 1                      request 2
//	defer func() { recover() }()
//	hits["/"]++
//	                               hits["/"]++
//	fatal error: concurrent map writes
//	// exit status 2, with all requests under way
//
// Any number of goroutines may read a map, as long as none writes.
//
// # What to write
//
// The guide says sync.Map or sync.RWMutex. Begin with a map behind a
// sync.Mutex, in a type whose every method takes it: package syncx/syncmap has
// the figures. Then:
//
//   - A method that may write takes the lock for writing, also if its name is
//     Get ([Sessions.Get]).
//   - No map leaves the lock. m2 := m copies a pointer: return [maps.Clone]
//     ([Sessions.All]), or hand the map over and begin a new one
//     ([Meter.Take]). A struct that is copied shares its maps, too.
//   - A check and its write are one call under one lock; for a sync.Map, a
//     method that does both, such as LoadAndDelete ([Coupons.Redeem]).
//
// # What finds it
//
// The race detector, if the test runs both sides, whatever comes out; without
// -race the runtime's own check, in some runs: the tests here loop to give it
// time. No linter of golangci-lint, all enabled, sees any of these five.
//
// Both are silent where each access has its lock: a check and a write apart
// ([Vouchers.Redeem]), or a map kept as a snapshot that is the map itself
// ([Gauge.Delta]). Those take an assertion. Package syncx/races has more.
package mapaccess

import (
	"maps"
	"sync"
	"time"
)

// A Session is what a server knows of a visitor until it expires.
type Session struct {
	User    string
	Expires time.Time
}

// Sessions are those of all visitors. The zero value has none. It may be used
// by many callers at once and must not be copied.
type Sessions struct {
	mu       sync.Mutex
	sessions map[string]Session
}

// Put keeps a session under its ID.
func (s *Sessions) Put(id string, session Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = map[string]Session{}
	}
	s.sessions[id] = session
}

// Get returns a session that has not expired by now; one that has, it deletes.
func (s *Sessions) Get(id string, now time.Time) (session Session, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok = s.sessions[id]
	if ok && !now.Before(session.Expires) {
		delete(s.sessions, id)
		return Session{}, false
	}
	return session, ok
}

// All returns the sessions by ID, expired ones too, in a map that belongs to
// the caller. It costs a copy, during which others wait.
func (s *Sessions) All() map[string]Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.sessions)
}

// A Meter counts by name, between two reports. The zero value has counted
// nothing. It may be used by many callers at once and must not be copied.
type Meter struct {
	mu     sync.Mutex
	counts map[string]int
}

// Count counts one.
func (m *Meter) Count(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[string]int{}
	}
	m.counts[name]++
}

// Take returns what was counted since the last Take, in a map that belongs to
// the caller; nil if nothing was. It copies nothing.
func (m *Meter) Take() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.counts
	m.counts = nil // the next Count makes another
	return taken
}

// Coupons are worth an amount, once. The zero value has none. It may be used by
// many callers at once and must not be copied.
type Coupons struct{ amounts sync.Map } // of string to int

// Issue issues a coupon, in cents.
func (c *Coupons) Issue(code string, amount int) {
	c.amounts.Store(code, amount)
}

// Redeem returns what a coupon is worth, to one of those who redeem it.
func (c *Coupons) Redeem(code string) (amount int, ok bool) {
	value, ok := c.amounts.LoadAndDelete(code)
	amount, _ = value.(int)
	return amount, ok
}
