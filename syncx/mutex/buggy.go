package mutex

import (
	"errors"
	"sync"
)

// Errors of a session and a purse.
var (
	ErrUnknown = errors.New("unknown session")
	ErrEmpty   = errors.New("purse is empty")
)

// Usage counts what handlers have served. Compare [Account.Deposit].
type Usage struct{ Requests, Bytes int }

// Add counts a request. Handlers call it.
func (u *Usage) Add(bytes int) {
	// BUG(race): Usage.Add has no lock: two handlers read the same number, both
	// add to it, and one of the additions is lost.
	u.Requests++
	u.Bytes += bytes
}

// Points are what a customer has earned. Compare [Account].
type Points struct {
	mu     sync.Mutex
	points int
}

// Get returns the points.
func (p *Points) Get() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.points
}

// Set replaces the points.
func (p *Points) Set(points int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.points = points
}

// Earn adds what a purchase is worth to one who has so many points. Compare
// [Account.Deposit].
func (p *Points) Earn(worth func(points int) int) {
	points := p.Get()
	// BUG(test): Points.Earn reads under the lock and writes under the lock,
	// and is without it between: what another has added there is overwritten.
	p.Set(points + worth(points))
}

// Sessions are the ends of sessions, as Unix times. Compare [Account].
type Sessions struct {
	mu   sync.Mutex
	ends map[string]int64
}

// NewSessions returns no sessions.
func NewSessions() *Sessions { return &Sessions{ends: map[string]int64{}} }

// Open begins a session.
func (s *Sessions) Open(id string, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends[id] = end
}

// Renew moves the end of a session. Compare [Account.Withdraw].
func (s *Sessions) Renew(id string, end int64) error {
	s.mu.Lock()
	if _, ok := s.ends[id]; !ok {
		// BUG(leakprofile, deadlock, hang): Sessions.Renew returns early and
		// keeps the lock: this caller gets its error, the next waits for ever.
		return ErrUnknown
	}
	s.ends[id] = end
	s.mu.Unlock()
	return nil
}

// Close ends a session and reports its end. Compare [Bank.Report].
func (s *Sessions) Close(id string, report func(end int64)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	end, ok := s.ends[id]
	if !ok {
		// BUG(fatal): Sessions.Close unlocks on its way out, and its defer does
		// so again: the process ends, even if something recovers.
		s.mu.Unlock()
		return ErrUnknown
	}
	delete(s.ends, id)
	report(end)
	return nil
}

// A Purse holds the money of a player. Compare [Account].
type Purse struct {
	mu    sync.Mutex
	coins int
}

// Pay gives coins to another purse, and logs how many are left. Compare
// [Bank.Transfer].
func (p *Purse) Pay(to *Purse, coins int, log func(left int)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.coins < coins {
		return ErrEmpty
	}
	log(p.coins - coins)
	// BUG(leakprofile, deadlock, hang): Purse.Pay locks its own purse and then
	// the other's. Two who pay each other hold what the other waits for.
	to.mu.Lock()
	defer to.mu.Unlock()
	p.coins -= coins
	to.coins += coins
	return nil
}

// A Basket holds the number of each article. Compare [Account].
type Basket struct {
	mu    sync.Mutex
	items map[string]int
}

// Put adds an article.
func (b *Basket) Put(article string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.items == nil {
		b.items = map[string]int{}
	}
	b.items[article]++
}

// Items returns what is in the basket. Compare [Account.Entries].
func (b *Basket) Items() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	// BUG(race): Basket.Items locks until it returns, and what it returns is
	// the map itself: the caller reads it while others put articles in.
	return b.items
}

// Checkout empties the basket and returns what was in it. Compare
// [Account.change].
func (b *Basket) Checkout() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	// BUG(leakprofile, deadlock, hang): Basket.Checkout holds the lock and
	// calls Items, which takes it again: a Mutex does not know who holds it.
	items := b.Items()
	b.items = nil
	return items
}

// A Meter counts the requests of a client.
type Meter struct {
	client string
	mu     sync.Mutex
	n      int
}

// Add counts a request.
func (m *Meter) Add() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.n++
}

// N returns the number of requests.
func (m *Meter) N() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

// Meters are those of all clients. Compare [Bank].
type Meters struct {
	mu     sync.Mutex
	meters []Meter
}

// Of returns the meter of a client. Compare [Bank.Account].
func (m *Meters) Of(client string) *Meter {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.meters {
		if m.meters[i].client == client {
			return &m.meters[i]
		}
	}
	// BUG(test): Meters.Of copies all meters and their locks when append needs
	// room: who has the pointer to an old one counts where nobody looks.
	m.meters = append(m.meters, Meter{client: client})
	return &m.meters[len(m.meters)-1]
}
