package api

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Memory keeps users in memory, and with them every Idempotency-Key, for as long
// as it lives. Its zero value is ready to use.
type Memory struct {
	mu     sync.Mutex
	users  []kept // by serial, ascending
	serial int
	keys   map[string]created
}

// A kept user has a serial, which orders the list and never comes again.
type kept struct {
	serial int
	User
}

// A created user is what a call with an Idempotency-Key made.
type created struct {
	draft Draft
	user  User
}

// newID returns an id that cannot be guessed: whoever has one was given it.
func newID() string { return strings.ToLower(rand.Text()) }

// Create implements [Users].
func (m *Memory) Create(_ context.Context, key string, d Draft) (User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before, ok := m.keys[key]; ok && key != "" {
		if before.draft != d {
			return User{}, ErrKeyReused
		}
		return before.user, nil
	}
	if m.taken(d.Email, "") {
		return User{}, ErrTaken
	}
	m.serial++
	u := User{ID: newID(), Name: d.Name, Email: d.Email, Version: 1}
	m.users = append(m.users, kept{m.serial, u})
	if key != "" {
		if m.keys == nil {
			m.keys = make(map[string]created)
		}
		m.keys[key] = created{d, u}
	}
	return u, nil
}

// Get implements [Users].
func (m *Memory) Get(_ context.Context, id string) (User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, err := m.find(id)
	if err != nil {
		return User{}, err
	}
	return m.users[i].User, nil
}

// List implements [Users]. A cursor is the serial of the last user that was
// listed: unlike an offset, it stays right when users before it are deleted.
func (m *Memory) List(
	_ context.Context,
	cursor string,
	limit int,
) (Page, error) {
	after := 0
	if cursor != "" {
		var err error
		if after, err = strconv.Atoi(cursor); err != nil {
			return Page{}, Invalid{{"expected the next of another page", "query.cursor"}}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	first, _ := slices.BinarySearchFunc(m.users, after, func(k kept, after int) int {
		if k.serial <= after {
			return -1
		}
		return 1
	})
	page := Page{Users: []User{}} // [] in JSON, where nil would be null
	for _, k := range m.users[first:] {
		if len(page.Users) == limit {
			page.Next = strconv.Itoa(after)
			break
		}
		page.Users = append(page.Users, k.User)
		after = k.serial
	}
	return page, nil
}

// Update implements [Users].
func (m *Memory) Update(
	_ context.Context,
	id string,
	match Match,
	p Patch,
) (User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, err := m.find(id)
	if err != nil {
		return User{}, err
	}
	u := m.users[i].User
	if !match.Allows(u.Version) {
		return User{}, ErrStale
	}
	if p.Name != nil {
		u.Name = *p.Name
	}
	if p.Email != nil {
		if m.taken(*p.Email, id) {
			return User{}, ErrTaken
		}
		u.Email = *p.Email
	}
	u.Version++
	m.users[i].User = u
	return u, nil
}

// Delete implements [Users].
func (m *Memory) Delete(_ context.Context, id string, match Match) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, err := m.find(id)
	if err != nil {
		return err
	}
	if !match.Allows(m.users[i].Version) {
		return ErrStale
	}
	m.users = slices.Delete(m.users, i, i+1)
	return nil
}

// Ping implements [Users].
func (m *Memory) Ping(context.Context) error { return nil }

func (m *Memory) find(id string) (int, error) {
	if i := slices.IndexFunc(m.users, func(k kept) bool { return k.ID == id }); i >= 0 {
		return i, nil
	}
	return 0, ErrNotFound
}

// taken reports whether a user other than id has the address.
func (m *Memory) taken(email, id string) bool {
	return slices.ContainsFunc(m.users, func(k kept) bool {
		return strings.EqualFold(k.Email, email) && k.ID != id
	})
}
