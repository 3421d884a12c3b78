package deadlocks

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// A Wallet is a balance that several goroutines draw from. Its exported methods
// lock, and call no exported method; the others expect the lock.
type Wallet struct {
	mu      sync.Mutex
	owner   string
	balance int
}

// NewWallet returns a wallet. It must not be copied.
func NewWallet(owner string, balance int) *Wallet {
	return &Wallet{owner: owner, balance: balance}
}

// String shows the wallet in logs and errors.
func (w *Wallet) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text()
}

// Withdraw takes amount from the balance, and none if there is less.
func (w *Wallet) Withdraw(amount int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if amount > w.balance {
		return fmt.Errorf("%s, which is less than %d", w.text(), amount)
	}
	w.balance -= amount
	return nil
}

func (w *Wallet) text() string {
	return fmt.Sprintf("%s has %d", w.owner, w.balance)
}

// A Lobby is a chat. The zero value is empty. It has one lock, so there is no
// order to get wrong, and holds it while it calls nobody.
type Lobby struct {
	mu     sync.Mutex
	guests []*guest
}

type guest struct{ show func(line string) }

// Enter adds a guest, who is shown every line until leave is called. show may
// be called concurrently, may call leave, and may be called by a Say that began
// before leave did.
func (l *Lobby) Enter(show func(line string)) (leave func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := &guest{show}
	l.guests = append(l.guests, g)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		is := func(other *guest) bool { return other == g }
		l.guests = slices.DeleteFunc(l.guests, is)
	}
}

// Say shows a line to all who are there when it begins.
func (l *Lobby) Say(line string) {
	for _, g := range l.present() {
		g.show(line)
	}
}

func (l *Lobby) present() []*guest {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.guests)
}

// Switches are features that an operator switches. The zero value is all off.
type Switches struct {
	mu sync.RWMutex
	on map[string]bool // replaced, never changed
}

// Set switches a feature. It copies them all.
func (s *Switches) Set(name string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := map[string]bool{}
	maps.Copy(next, s.on)
	next[name] = on
	s.on = next
}

// All says whether the features were on, all at the moment of the call. names
// runs without the lock and may call Set.
func (s *Switches) All(names iter.Seq[string]) bool {
	on := s.snapshot()
	for name := range names {
		if !on[name] {
			return false
		}
	}
	return true
}

func (s *Switches) snapshot() map[string]bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.on
}

// Pages keeps rendered pages. The zero value is empty.
type Pages struct {
	mu    sync.Mutex
	pages map[string]string
}

// Get returns a page, and renders it if there is none. render may panic, and
// may call Get; two who ask for a new page at once may both render it.
func (p *Pages) Get(name string, render func() string) string {
	if page, ok := p.cached(name); ok {
		return page
	}
	page := render()
	p.keep(name, page)
	return page
}

func (p *Pages) cached(name string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page, ok := p.pages[name]
	return page, ok
}

func (p *Pages) keep(name, page string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pages == nil {
		p.pages = map[string]string{}
	}
	p.pages[name] = page
}
