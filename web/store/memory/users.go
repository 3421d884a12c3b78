package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// users is what a Store keeps, for one caller at a time. Each method looks at
// everything before it changes anything.
type users struct {
	list   []kept            // by serial, ascending
	serial int64             // of the user who was made last
	ids    map[string]int64  // id to serial
	emails map[string]string // store.EmailKey to id
	keys   map[string]created
}

// A kept user has a serial, which orders the list.
type kept struct {
	serial int64
	api.User
}

// A created user is what a call with an Idempotency-Key made.
type created struct {
	draft api.Draft
	user  api.User
}

func (us *users) clone() *users {
	return &users{
		list:   slices.Clone(us.list),
		serial: us.serial,
		ids:    maps.Clone(us.ids),
		emails: maps.Clone(us.emails),
		keys:   maps.Clone(us.keys),
	}
}

func (us *users) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	if err := ctx.Err(); err != nil {
		return api.User{}, err
	}
	if err := store.CheckDraft(key, d); err != nil {
		return api.User{}, err
	}
	if before, ok := us.keys[key]; ok {
		if before.draft != d {
			return api.User{}, api.ErrKeyReused
		}
		return before.user, nil
	}
	email := store.EmailKey(d.Email)
	if _, ok := us.emails[email]; ok {
		return api.User{}, api.ErrTaken
	}
	us.serial++
	u := api.User{ID: api.NewID(), Name: d.Name, Email: d.Email, Version: 1}
	us.list = append(us.list, kept{us.serial, u})
	us.ids[u.ID] = us.serial
	us.emails[email] = u.ID
	if key != "" {
		us.keys[key] = created{d, u}
	}
	return u, nil
}

func (us *users) Get(ctx context.Context, id string) (api.User, error) {
	i, err := us.find(ctx, id)
	if err != nil {
		return api.User{}, err
	}
	return us.list[i].User, nil
}

func (us *users) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	after, err := store.ParseCursor(cursor)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return api.Page{}, err
	}
	first, ok := us.search(after)
	if ok {
		first++
	}
	page := api.Page{Users: []api.User{}} // [] in JSON, where nil would be null
	for _, k := range us.list[first:] {
		if len(page.Users) == limit {
			page.Next = store.Cursor(after)
			break
		}
		page.Users = append(page.Users, k.User)
		after = k.serial
	}
	return page, nil
}

func (us *users) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	if err := store.CheckPatch(p); err != nil {
		return api.User{}, err
	}
	i, err := us.find(ctx, id)
	if err != nil {
		return api.User{}, err
	}
	u := us.list[i].User
	if !m.Allows(u.Version) {
		return api.User{}, api.ErrStale
	}
	before := store.EmailKey(u.Email)
	u = store.Changed(u, p)
	after := store.EmailKey(u.Email)
	if other, ok := us.emails[after]; ok && other != id {
		return api.User{}, api.ErrTaken
	}
	delete(us.emails, before)
	us.emails[after] = id
	us.list[i].User = u
	return u, nil
}

func (us *users) Delete(ctx context.Context, id string, m api.Match) error {
	i, err := us.find(ctx, id)
	if err != nil {
		return err
	}
	u := us.list[i].User
	if !m.Allows(u.Version) {
		return api.ErrStale
	}
	us.list = slices.Delete(us.list, i, i+1)
	delete(us.ids, id)
	delete(us.emails, store.EmailKey(u.Email))
	return nil
}

func (us *users) Ping(ctx context.Context) error { return ctx.Err() }

// find returns where in the list a user is.
func (us *users) find(ctx context.Context, id string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	serial, ok := us.ids[id]
	if !ok {
		return 0, api.ErrNotFound
	}
	i, _ := us.search(serial)
	return i, nil
}

func (us *users) search(serial int64) (int, bool) {
	return slices.BinarySearchFunc(us.list, serial,
		func(k kept, serial int64) int { return cmp.Compare(k.serial, serial) })
}
