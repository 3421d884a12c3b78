package mapaccess

import (
	"fmt"
	"sync"
	"time"
)

// Hits counts the requests of each path. Compare [Meter].
type Hits struct{ paths map[string]int }

// NewHits returns a counter that has counted nothing.
func NewHits() *Hits { return &Hits{map[string]int{}} }

// Count counts a request, and lets no panic out. Handlers call it. Compare
// [Meter.Count].
func (h *Hits) Count(path string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("counting %s: %v", path, v)
		}
	}()
	// BUG(race, fatal): Hits.Count writes a map from several goroutines: that
	// is a fatal error and no panic, so the recover above is never asked.
	h.paths[path]++
	return nil
}

// Logins are the sessions of all visitors. Compare [Sessions].
type Logins struct {
	mu       sync.RWMutex
	sessions map[string]Session
}

// NewLogins returns logins.
func NewLogins(sessions map[string]Session) *Logins {
	return &Logins{sessions: sessions}
}

// Get returns a session that has not expired. Compare [Sessions.Get].
func (l *Logins) Get(id string, now time.Time) (session Session, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	session, ok = l.sessions[id]
	if ok && !now.Before(session.Expires) {
		// BUG(race, panic?, fatal?): Logins.Get deletes under the lock for reading,
		// which others hold as well: they meet a key that is half deleted.
		delete(l.sessions, id)
		return Session{}, false
	}
	return session, ok
}

// A Directory knows where each service is. Compare [Sessions].
type Directory struct {
	mu       sync.RWMutex
	services map[string]string
}

// NewDirectory returns a directory that knows no service.
func NewDirectory() *Directory {
	return &Directory{services: map[string]string{}}
}

// Move says where a service is.
func (d *Directory) Move(service, address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.services[service] = address
}

// All returns the address of each service. Compare [Sessions.All].
func (d *Directory) All() map[string]string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	// BUG(race, fatal?): Directory.All returns the map itself: its caller ranges
	// over it, or encodes it, without the lock, while Move writes.
	return d.services
}

// Vouchers are worth an amount, once. Compare [Coupons].
type Vouchers struct {
	Pay     func(cents int)
	amounts sync.Map // of string to int
}

// Issue issues a voucher.
func (v *Vouchers) Issue(code string, cents int) {
	v.amounts.Store(code, cents)
}

// Redeem pays out a voucher. Compare [Coupons.Redeem].
func (v *Vouchers) Redeem(code string) (ok bool) {
	value, ok := v.amounts.Load(code)
	if !ok {
		return false
	}
	cents, _ := value.(int)
	v.Pay(cents)
	// BUG(test): Vouchers.Redeem loads and deletes in two steps, each of them
	// safe: who loads between them is paid for the same voucher.
	v.amounts.Delete(code)
	return true
}

// A Gauge counts by name, and reports what is new. Compare [Meter].
type Gauge struct {
	mu           sync.Mutex
	counts, last map[string]int
}

// NewGauge returns a gauge that has counted nothing.
func NewGauge() *Gauge { return &Gauge{counts: map[string]int{}} }

// Count counts one.
func (g *Gauge) Count(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts[name]++
}

// Delta returns what was counted since the last Delta. Compare [Meter.Take].
func (g *Gauge) Delta() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	delta := map[string]int{}
	for name, n := range g.counts {
		delta[name] = n - g.last[name]
	}
	// BUG(test): Gauge.Delta keeps the map for a copy of it, and both change:
	// after the first report nothing is ever new.
	g.last = g.counts
	return delta
}
