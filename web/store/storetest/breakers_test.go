package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// lasting keeps its users when it is closed.
type lasting struct {
	store.Store
	mu     sync.Mutex
	closed bool
}

func (l *lasting) opened() store.Store {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = false
	return &handle{lasting: l}
}

// A handle is one opening of a lasting store.
type handle struct {
	*lasting
	once sync.Once
	over store.Store
}

func (h *handle) Close() error {
	h.once.Do(func() {
		h.over = memoryClosed()
		h.lasting = &lasting{Store: h.over}
	})
	return nil
}

// A broken store does some things itself, wrongly.
type broken struct {
	store.Store
	create func(ctx context.Context, s store.Store, key string, d api.Draft) (api.User, error)
	get    func(ctx context.Context, s store.Store, id string) (api.User, error)
	list   func(ctx context.Context, s store.Store, cursor string, limit int) (api.Page, error)
	update func(ctx context.Context, s store.Store, id string, m api.Match, p api.Patch) (api.User, error)
	delete func(ctx context.Context, s store.Store, id string, m api.Match) error
	tx     func(ctx context.Context, s store.Store, f func(api.Users) error) error
	close  func(s store.Store) error
}

func (b broken) Create(ctx context.Context, key string, d api.Draft) (api.User, error) {
	if b.create != nil {
		return b.create(ctx, b.Store, key, d)
	}
	return b.Store.Create(ctx, key, d)
}

func (b broken) Get(ctx context.Context, id string) (api.User, error) {
	if b.get != nil {
		return b.get(ctx, b.Store, id)
	}
	return b.Store.Get(ctx, id)
}

func (b broken) List(ctx context.Context, cursor string, limit int) (api.Page, error) {
	if b.list != nil {
		return b.list(ctx, b.Store, cursor, limit)
	}
	return b.Store.List(ctx, cursor, limit)
}

func (b broken) Update(ctx context.Context, id string, m api.Match, p api.Patch) (api.User, error) {
	if b.update != nil {
		return b.update(ctx, b.Store, id, m, p)
	}
	return b.Store.Update(ctx, id, m, p)
}

func (b broken) Delete(ctx context.Context, id string, m api.Match) error {
	if b.delete != nil {
		return b.delete(ctx, b.Store, id, m)
	}
	return b.Store.Delete(ctx, id, m)
}

func (b broken) Tx(ctx context.Context, f func(api.Users) error) error {
	if b.tx != nil {
		return b.tx(ctx, b.Store, f)
	}
	return b.Store.Tx(ctx, f)
}

func (b broken) Close() error {
	if b.close != nil {
		return b.close(b.Store)
	}
	return b.Store.Close()
}

type wraps = []func(store.Store) store.Store

func breaks(bs ...broken) wraps {
	var all wraps
	for _, b := range bs {
		all = append(all, func(s store.Store) store.Store {
			b.Store = s
			return b
		})
	}
	return all
}

// noTx does each step at once.
func noTx(_ context.Context, s store.Store, f func(api.Users) error) error { return f(s) }

// torn is a store without transactions, in which a reader comes between the
// steps of a writer.
func torn(s store.Store) store.Store {
	read := make(chan struct{})
	b := broken{Store: s}
	b.list = func(ctx context.Context, s store.Store, cursor string, limit int) (api.Page, error) {
		page, err := s.List(ctx, cursor, limit)
		select {
		case read <- struct{}{}:
		default:
		}
		return page, err
	}
	b.tx = func(_ context.Context, s store.Store, f func(api.Users) error) error {
		return f(broken{Store: s, create: func(ctx context.Context, s store.Store, key string, d api.Draft) (api.User, error) {
			select {
			case <-read:
			case <-time.After(10 * time.Millisecond): // the reader comes later
			}
			return s.Create(ctx, key, d)
		}})
	}
	return b
}

// newAddress makes the user whose address is taken.
func newAddress(ctx context.Context, s store.Store, key string, d api.Draft) (api.User, error) {
	u, err := s.Create(ctx, key, d)
	if errors.Is(err, api.ErrTaken) {
		d.Email += "." + strings.ToLower(api.NewID())
		return s.Create(ctx, key, d)
	}
	return u, err
}

// byOffset takes a cursor for how many users to leave out.
func byOffset(ctx context.Context, s store.Store, cursor string, limit int) (api.Page, error) {
	offset, err := store.ParseCursor(cursor)
	if err != nil {
		return api.Page{}, err
	}
	page, err := s.List(ctx, "", 1<<20)
	if err != nil || int(offset) >= len(page.Users) {
		return api.Page{Users: []api.User{}}, err
	}
	page.Users = page.Users[offset:]
	if len(page.Users) > limit {
		page.Users = page.Users[:limit]
		page.Next = store.Cursor(offset + int64(limit))
	}
	return page, nil
}

// poisoned refuses a transaction in which a call has failed, as PostgreSQL does
// without savepoints.
type poisoned struct {
	api.Users
	failed error
}

func (p *poisoned) Create(ctx context.Context, key string, d api.Draft) (api.User, error) {
	u, err := p.Users.Create(ctx, key, d)
	p.failed = errors.Join(p.failed, err)
	return u, err
}
