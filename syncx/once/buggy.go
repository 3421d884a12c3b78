package once

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Users knows the names of all users. Compare [Lazy].
type Users struct {
	once  sync.Once
	load  func() (map[int]string, error)
	names map[int]string
}

// NewUsers returns users that load reads from the database.
func NewUsers(load func() (map[int]string, error)) *Users {
	return &Users{load: load}
}

// Find returns the name of a user. Compare [Lazy.Get].
func (u *Users) Find(id int) (string, error) {
	var err error
	u.once.Do(func() { u.names, err = u.load() })
	if err != nil {
		return "", fmt.Errorf("load users: %w", err)
	}
	// BUG(test): Users.Find tells the error of load to the first caller alone:
	// the next gets a name from a nil map, and no error.
	return u.names[id], nil
}

// Rates knows the rates of the day. Compare [Lazy].
type Rates struct {
	once  sync.Once
	fetch func(context.Context) (map[string]float64, error)
	rates map[string]float64
	err   error
}

// NewRates returns rates that fetch gets from a server.
func NewRates(
	fetch func(context.Context) (map[string]float64, error),
) *Rates {
	return &Rates{fetch: fetch}
}

// Get returns the rates. Compare [Lazy.Get].
func (r *Rates) Get(ctx context.Context) (map[string]float64, error) {
	// BUG(test): Rates.Get keeps the first error for ever: one client that
	// hangs up cancels the only fetch, and its error is everybody's answer.
	r.once.Do(func() { r.rates, r.err = r.fetch(ctx) })
	return r.rates, r.err
}

// Menu knows the prices of all dishes. Compare [Catalog].
type Menu struct {
	once   sync.Once
	load   func() map[string]int
	prices map[string]int
}

// NewMenu returns a menu whose prices come from load.
func NewMenu(load func() map[string]int) *Menu { return &Menu{load: load} }

// Price returns the price of a dish. Compare [Catalog.Price].
func (m *Menu) Price(dish string) int {
	// BUG(test): Menu.Price's load panics once, and net/http recovers it. For
	// Do that was the one call: from now on each dish is free.
	m.once.Do(func() { m.prices = m.load() })
	return m.prices[dish]
}

// Log drops lines below a level. Compare [Logger].
type Log struct {
	once  sync.Once
	read  func(warn func(line string)) int
	write func(line string)
	level int
}

// NewLog returns a log that reads its level with the first line.
func NewLog(
	read func(warn func(line string)) int,
	write func(line string),
) *Log {
	return &Log{read: read, write: write}
}

// Print writes a line if it has the level. Compare [NewLogger].
func (l *Log) Print(level int, line string) {
	l.once.Do(func() {
		l.level = l.read(func(line string) {
			// BUG(leakprofile, deadlock, hang): Log.Print calls itself while
			// it reads the level: Do within Do waits for itself.
			l.Print(1, line)
		})
	})
	if level >= l.level {
		l.write(line)
	}
}

// Cities knows the mayor of each city. Compare [Catalog].
type Cities struct {
	load   func() map[string]string
	mu     sync.Mutex
	loaded bool
	mayors map[string]string
}

// NewCities returns cities that load reads from a file.
func NewCities(load func() map[string]string) *Cities {
	return &Cities{load: load}
}

// Mayor returns the mayor of a city. Compare [Catalog.Price].
func (c *Cities) Mayor(city string) string {
	// BUG(race): Cities.Mayor looks at the flag before it locks: nothing says
	// that who sees the flag sees what was written before it.
	if !c.loaded {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.loaded {
			c.mayors = c.load()
			c.loaded = true
		}
	}
	return c.mayors[city]
}

// Words knows all words of a language. Compare [Catalog].
type Words struct {
	load  func() map[string]bool
	begun atomic.Bool
	words map[string]bool
}

// NewWords returns words that load reads from a file.
func NewWords(load func() map[string]bool) *Words { return &Words{load: load} }

// Has says whether there is such a word. Compare [Catalog.Price].
func (w *Words) Has(word string) bool {
	if w.begun.CompareAndSwap(false, true) {
		w.words = w.load()
	}
	// BUG(race, test): Words.Has knows by its atomic flag that a load began:
	// the second caller does not wait for its end, and finds no words.
	return w.words[word]
}
