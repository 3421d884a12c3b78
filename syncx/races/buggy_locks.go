package races

import (
	"slices"
	"sync"
)

// A Day counts visits by the hour.
type Day struct {
	mu    sync.Mutex
	hours [][24]int // visits by shop
}

// Add counts a visit to a shop.
func (d *Day) Add(shop, hour int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hours[shop][hour]++
}

// Visits are those of several days. Compare [Hits].
type Visits struct{ days []Day }

// NewVisits returns the visits of days that have just begun.
func NewVisits(days, shops int) *Visits {
	v := &Visits{days: make([]Day, days)}
	for i := range v.days {
		v.days[i].hours = make([][24]int, shops)
	}
	return v
}

// Days returns the days, in a slice that the caller may change. Compare
// [Hits].
func (v *Visits) Days() []Day {
	// BUG(race): Visits.Days copies each day and its lock with it: two callers
	// take two locks for the hours that both copies share.
	return slices.Clone(v.days)
}

// Prices is a cache that knows how often it was asked. Compare [Hits].
type Prices struct {
	mu     sync.RWMutex
	prices map[string]int
	asked  int
}

// NewPrices returns a cache of the prices.
func NewPrices(prices map[string]int) *Prices { return &Prices{prices: prices} }

// Get returns a price. Compare [Hits.Add].
func (p *Prices) Get(article string) int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	// BUG(race): Prices.Get holds its lock for reading while it writes: any
	// number of readers hold that lock at the same time.
	p.asked++
	return p.prices[article]
}

// A Breaker counts failures, to stop after some. Compare [Hits].
type Breaker struct {
	mu       sync.Mutex
	failures int
}

// Fail counts a failure.
func (b *Breaker) Fail() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
}

// Open says whether there were too many. Compare [Hits.Of].
func (b *Breaker) Open() bool {
	// BUG(race): Breaker.Open reads without the lock that every write takes: a
	// lock on one side puts nothing in order.
	return b.failures > 3
}

// Seats are the free seats of a room. Compare [Stock].
type Seats struct {
	mu   sync.Mutex
	free int
}

// NewSeats returns a room with free seats.
func NewSeats(free int) *Seats { return &Seats{free: free} }

// Free returns how many seats are free.
func (s *Seats) Free() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free
}

// Take takes a seat if one is free and pay succeeds. Compare [Stock.Take].
func (s *Seats) Take(pay func() error) (taken bool) {
	if s.Free() == 0 || pay() != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// BUG(test): Seats.Take checks under its lock and takes under its lock, and
	// is without it between: two take the last seat, and no access races.
	s.free--
	return true
}
