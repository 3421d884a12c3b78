package storetest

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/memory"
)

func memoryClosed() store.Store {
	s := memory.New()
	_ = s.Close() // it has nothing to fail with
	return s
}

// breakers do what a store might well do wrong, a rule each.
var breakers = map[string]wraps{
	"what is created can be got": breaks(broken{
		get: func(ctx context.Context, s store.Store, id string) (api.User, error) {
			u, err := s.Get(ctx, id)
			u.Name = strings.TrimSpace(strings.ReplaceAll(u.Name, "'", "''"))
			return u, err
		},
	}),
	"what is not there is not found": breaks(broken{
		get: func(ctx context.Context, s store.Store, id string) (api.User, error) {
			return s.Get(ctx, strings.ToLower(id))
		},
	}, broken{
		get: func(ctx context.Context, s store.Store, id string) (api.User, error) {
			if !store.IsText(id) {
				return api.User{}, errors.New("invalid byte sequence for encoding")
			}
			return s.Get(ctx, id)
		},
	}, broken{
		delete: func(ctx context.Context, s store.Store, id string, m api.Match) error {
			if err := s.Delete(ctx, id, m); !errors.Is(err, api.ErrNotFound) {
				return err
			}
			return nil
		},
	}),
	"an update changes what it names": breaks(broken{
		update: func(ctx context.Context, s store.Store, id string, m api.Match, p api.Patch) (api.User, error) {
			if p.Name == nil {
				p.Name = new(string)
			}
			return s.Update(ctx, id, m, p)
		},
	}),
	"what is deleted is gone": breaks(broken{
		delete: func(ctx context.Context, s store.Store, id string, m api.Match) error {
			_, err := s.Update(ctx, id, m, name("deleted"))
			return err
		},
	}),
	"an address has one user":                 breaks(broken{create: newAddress}),
	"of many who want an address one gets it": breaks(broken{create: newAddress}),
	"what is no text is refused": breaks(broken{
		create: func(ctx context.Context, s store.Store, key string, d api.Draft) (api.User, error) {
			d.Name = strings.ToValidUTF8(strings.ReplaceAll(d.Name, "\x00", ""), "?")
			return s.Create(ctx, key, d)
		},
	}),
	"a stale version changes nothing": breaks(broken{
		update: func(ctx context.Context, s store.Store, id string, _ api.Match, p api.Patch) (api.User, error) {
			return s.Update(ctx, id, api.Match{}, p)
		},
	}, broken{
		delete: func(ctx context.Context, s store.Store, id string, _ api.Match) error {
			return s.Delete(ctx, id, api.Match{})
		},
	}),
	"of many with one version one wins": breaks(broken{
		update: func(ctx context.Context, s store.Store, id string, _ api.Match, p api.Patch) (api.User, error) {
			return s.Update(ctx, id, api.Match{}, p)
		},
	}),
	"no update is lost": breaks(broken{
		update: func(ctx context.Context, s store.Store, id string, _ api.Match, p api.Patch) (api.User, error) {
			// As if another had been there between the reading and
			// the writing.
			u, err := s.Get(ctx, id)
			if err != nil {
				return u, err
			}
			return s.Update(ctx, id, version(1), p)
		},
	}, broken{
		update: func(ctx context.Context, s store.Store, id string, m api.Match, p api.Patch) (api.User, error) {
			was := "ann"
			if p.Name == nil {
				p.Name = &was // what it read before the others wrote
			}
			return s.Update(ctx, id, m, p)
		},
	}),
	"a key makes one user": breaks(broken{
		create: func(ctx context.Context, s store.Store, _ string, d api.Draft) (api.User, error) {
			return s.Create(ctx, "", d)
		},
	}, broken{
		create: func(ctx context.Context, s store.Store, key string, d api.Draft) (api.User, error) {
			u, err := s.Create(ctx, key, d)
			if now, gone := s.Get(ctx, u.ID); err == nil && gone == nil {
				return now, nil // as it is, not as it was
			}
			return u, err
		},
	}),
	"of many with one key all get the same user": breaks(broken{
		create: func(ctx context.Context, s store.Store, _ string, d api.Draft) (api.User, error) {
			return s.Create(ctx, "", d)
		},
	}),
	"a list has pages, and each user once": breaks(broken{
		list: func(ctx context.Context, s store.Store, cursor string, limit int) (api.Page, error) {
			page, err := s.List(ctx, cursor, limit)
			if err == nil && len(page.Users) == limit {
				page.Next = cursor + "0" // there may be more
			}
			return page, err
		},
	}, broken{
		list: func(ctx context.Context, s store.Store, cursor string, limit int) (api.Page, error) {
			page, err := s.List(ctx, cursor, limit)
			if len(page.Users) == 0 {
				page.Users = nil
			}
			return page, err
		},
	}),
	"pages stay right while others write": breaks(broken{list: byOffset}, broken{
		list: func(ctx context.Context, s store.Store, _ string, limit int) (api.Page, error) {
			return s.List(ctx, "", limit) // for ever the first
		},
	}),
	"a cursor that is none is refused": breaks(broken{
		list: func(ctx context.Context, s store.Store, cursor string, limit int) (api.Page, error) {
			page, err := s.List(ctx, cursor, limit)
			if _, bad := errors.AsType[api.Invalid](err); bad {
				return s.List(ctx, "", limit)
			}
			return page, err
		},
	}),
	"a transaction is seen as a whole": {torn},
	"a transaction reads what it wrote": breaks(broken{
		tx: func(ctx context.Context, s store.Store, f func(api.Users) error) error {
			return s.Tx(ctx, func(users api.Users) error {
				before := memory.New() // a snapshot
				return f(broken{Store: before, create: func(ctx context.Context, _ store.Store, key string, d api.Draft) (api.User, error) {
					return users.Create(ctx, key, d)
				}})
			})
		},
	}),
	"a transaction rolls back on an error": breaks(broken{tx: noTx}),
	"a transaction rolls back on a panic": breaks(broken{tx: noTx}, broken{
		tx: func(ctx context.Context, s store.Store, f func(api.Users) error) error {
			return s.Tx(ctx, func(users api.Users) (err error) {
				defer func() {
					if recover() != nil {
						err = errors.New("a panic")
					}
				}()
				return f(users)
			})
		},
	}),
	"a transaction outlives an error that is handled": breaks(broken{
		tx: func(ctx context.Context, s store.Store, f func(api.Users) error) error {
			return s.Tx(ctx, func(users api.Users) error {
				p := &poisoned{Users: users}
				return errors.Join(f(p), p.failed)
			})
		},
	}),
	"a transaction rolls back when its ctx ends": breaks(broken{
		tx: func(ctx context.Context, s store.Store, f func(api.Users) error) error {
			return s.Tx(context.WithoutCancel(ctx), f)
		},
	}),
	"a call that waits ends with its ctx": breaks(broken{
		update: func(ctx context.Context, s store.Store, id string, m api.Match, p api.Patch) (api.User, error) {
			return s.Update(context.WithoutCancel(ctx), id, m, p)
		},
	}),
	"a ctx that has ended begins nothing": breaks(broken{
		create: func(ctx context.Context, s store.Store, key string, d api.Draft) (api.User, error) {
			u, err := s.Create(context.WithoutCancel(ctx), key, d)
			return u, errors.Join(err, ctx.Err())
		},
	}),
	"64 goroutines share the connections": breaks(broken{get: oneRefused()}),
	"what is closed answers nobody": breaks(broken{
		close: func(store.Store) error { return nil },
	}),
	"what was written is there after a restart": {
		func(store.Store) store.Store { return memory.New() },
	},
}

// oneRefused finds no connection for one of 64.
func oneRefused() func(context.Context, store.Store, string) (api.User, error) {
	var calls atomic.Int64
	return func(ctx context.Context, s store.Store, id string) (api.User, error) {
		if calls.Add(1)%64 == 0 {
			return api.User{}, api.ErrUnavailable
		}
		return s.Get(ctx, id)
	}
}
