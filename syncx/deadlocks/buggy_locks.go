package deadlocks

import (
	"fmt"
	"iter"
	"slices"
	"sync"
)

// An Account is a balance that several goroutines draw from. Compare [Wallet].
type Account struct {
	mu      sync.Mutex
	owner   string
	balance int
}

// NewAccount returns an account.
func NewAccount(owner string, balance int) *Account {
	return &Account{owner: owner, balance: balance}
}

// String shows the account in logs and errors.
func (a *Account) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return fmt.Sprintf("%s has %d", a.owner, a.balance)
}

// Withdraw takes amount from the balance. Compare [Wallet.Withdraw].
func (a *Account) Withdraw(amount int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if amount > a.balance {
		// BUG(leakprofile, deadlock, hang): Account.Withdraw locks twice: %v
		// calls String, which waits for the lock that its own goroutine holds.
		return fmt.Errorf("%v, which is less than %d", a, amount)
	}
	a.balance -= amount
	return nil
}

// A Room is a chat. Compare [Lobby].
type Room struct {
	mu      sync.Mutex
	members []*Member
}

// A Member of a room reads what is said there.
type Member struct {
	mu   sync.Mutex // one line at a time
	room *Room
	show func(line string)
}

// Enter adds a member, who is shown every line.
func (r *Room) Enter(show func(line string)) *Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &Member{room: r, show: show}
	r.members = append(r.members, m)
	return m
}

// Say shows a line to all members. Compare [Lobby.Say].
func (r *Room) Say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		m.mu.Lock()
		m.show(line)
		m.mu.Unlock()
	}
}

// Leave shows a last line and leaves the room. Compare [Lobby.Enter].
func (m *Member) Leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.show("goodbye")
	// BUG(leakprofile, deadlock, hang): Member.Leave locks the member and then
	// the room, Room.Say the room and then its members: each waits for the
	// other.
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	is := func(other *Member) bool { return other == m }
	m.room.members = slices.DeleteFunc(m.room.members, is)
}

// Flags are features that an operator switches. Compare [Switches].
type Flags struct {
	mu sync.RWMutex
	on map[string]bool
}

// NewFlags returns flags that are all off.
func NewFlags() *Flags { return &Flags{on: map[string]bool{}} }

// Set switches a flag.
func (f *Flags) Set(name string, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on[name] = on
}

// On says whether a flag is on.
func (f *Flags) On(name string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.on[name]
}

// All says whether the flags are on, all at one moment. Compare [Switches.All].
func (f *Flags) All(names iter.Seq[string]) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for name := range names {
		// BUG(leakprofile, deadlock, hang): Flags.All read-locks again in On:
		// if a Set has come between, it waits for All, and On for that Set.
		if !f.On(name) {
			return false
		}
	}
	return true
}

// A Cache keeps rendered pages. Compare [Pages].
type Cache struct {
	mu    sync.Mutex
	pages map[string]string
}

// NewCache returns an empty cache.
func NewCache() *Cache { return &Cache{pages: map[string]string{}} }

// Get returns a page, which it renders the first time. Handlers call it.
// Compare [Pages.Get].
func (c *Cache) Get(name string, render func() string) string {
	c.mu.Lock()
	page, ok := c.pages[name]
	if !ok {
		// BUG(leakprofile, deadlock, hang): Cache.Get does not unlock when
		// render panics: net/http recovers that, and every later request waits
		// for ever.
		page = render()
		c.pages[name] = page
	}
	c.mu.Unlock()
	return page
}
