package rwmutex

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// Rates is a cache of exchange rates. Compare [Catalog].
type Rates struct {
	mu    sync.RWMutex
	rates map[string]float64
}

// NewRates returns an empty cache.
func NewRates() *Rates { return &Rates{rates: map[string]float64{}} }

// Get returns the rate of a currency, which it loads the first time. Compare
// [Catalog.Fetch].
func (r *Rates) Get(currency string, load func() float64) float64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	rate, ok := r.rates[currency]
	if !ok {
		rate = load()
		// BUG(leakprofile, deadlock, hang): Rates.Get waits for all readers to
		// leave, and is one of them: an RLock cannot become a Lock.
		r.mu.Lock()
		r.rates[currency] = rate
		r.mu.Unlock()
	}
	return rate
}

// A Room is a chat that people join.
type Room struct {
	mu      sync.Mutex
	members int
}

func (r *Room) join() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members++
}

// Members returns how many have joined.
func (r *Room) Members() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.members
}

// Rooms are those of all topics. Compare [Catalog].
type Rooms struct {
	mu    sync.RWMutex
	rooms map[string]*Room
}

// NewRooms returns no rooms.
func NewRooms() *Rooms { return &Rooms{rooms: map[string]*Room{}} }

// Join joins the room of a topic, which the first to join opens. Compare
// [Catalog.Fetch].
func (r *Rooms) Join(topic string, open func() *Room) *Room {
	r.mu.RLock()
	room, ok := r.rooms[topic]
	r.mu.RUnlock()
	if !ok {
		room = open()
		r.mu.Lock()
		// BUG(test): Rooms.Join gives its lock up, takes the other, and does
		// not look again: two open a room each, and one of them sits alone.
		r.rooms[topic] = room
		r.mu.Unlock()
	}
	room.join()
	return room
}

// Scores are the points of a game. Compare [Catalog].
type Scores struct {
	mu     sync.RWMutex
	points []int
	sorted bool
}

// Add adds the points of a player.
func (s *Scores) Add(points int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points = append(s.points, points)
	s.sorted = false
}

// Top returns the n best. Compare [Catalog.Cheapest].
func (s *Scores) Top(n int) []int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.sorted {
		// BUG(race): Scores.Top only reads, as its caller sees it, and sorts in
		// place: under RLock another reader does the same at the same time.
		slices.SortFunc(s.points, func(a, b int) int { return b - a })
		s.sorted = true
	}
	return slices.Clone(s.points[:min(n, len(s.points))])
}

// Status is what the parts of a service report. Compare [Catalog].
type Status struct {
	mu    sync.RWMutex
	parts []string
	state map[string]string
}

// NewStatus returns the status of parts that have not reported.
func NewStatus(parts ...string) *Status {
	return &Status{parts: parts, state: map[string]string{}}
}

// Set reports the state of a part.
func (s *Status) Set(part, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state[part] = state
}

// Of returns the state of a part.
func (s *Status) Of(part string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if state, ok := s.state[part]; ok {
		return state
	}
	return "unknown"
}

// Print writes the status page. Compare [Catalog.Print].
func (s *Status) Print(w io.Writer) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, part := range s.parts {
		// BUG(leakprofile, deadlock, hang): Status.Print holds the lock for
		// reading, and Of takes it again: if a Set waits by then, each waits
		// for the other.
		if _, err := fmt.Fprintf(w, "%s: %s\n", part, s.Of(part)); err != nil {
			return fmt.Errorf("print status: %w", err)
		}
	}
	return nil
}
