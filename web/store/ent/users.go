package ent

import (
	"context"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/ent/internal/ent"
	"example.com/goguide/web/store/ent/internal/ent/user"
	"example.com/goguide/web/store/sqlite"
)

// users call what ent has generated. Those that change something are for a
// transaction, where nobody comes between two statements.
type users struct {
	client *ent.Client
	pools  *sqlite.Pools
}

func (us users) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	if err := store.CheckDraft(key, d); err != nil {
		return api.User{}, err
	}
	if key != "" {
		u, err := us.made(ctx, key, d)
		if !ent.IsNotFound(err) {
			return u, us.failed(ctx, "find key", err)
		}
	}
	u, err := us.client.User.Create().
		SetUID(api.NewID()).
		SetName(d.Name).
		SetEmail(d.Email).
		SetEmailKey(store.EmailKey(d.Email)).
		SetVersion(1).
		Save(ctx)
	if err != nil {
		return api.User{}, us.failed(ctx, "insert user", err)
	}
	if key == "" {
		return toAPI(u), nil
	}
	err = us.client.Key.Create().
		SetID(key).
		SetName(d.Name).
		SetEmail(d.Email).
		SetUserID(u.UID).
		Exec(ctx)
	if err != nil {
		return api.User{}, us.failed(ctx, "insert key", err)
	}
	return toAPI(u), nil
}

// made returns the user that a call with the key made, as it was then.
func (us users) made(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	k, err := us.client.Key.Get(ctx, key)
	if err != nil {
		return api.User{}, err
	}
	if d != (api.Draft{Name: k.Name, Email: k.Email}) {
		return api.User{}, api.ErrKeyReused
	}
	return api.User{ID: k.UserID, Name: d.Name, Email: d.Email, Version: 1}, nil
}

func (us users) Get(ctx context.Context, id string) (api.User, error) {
	if !store.IsText(id) {
		return api.User{}, api.ErrNotFound
	}
	u, err := us.client.User.Query().Where(user.UID(id)).Only(ctx)
	if err != nil {
		return api.User{}, us.failed(ctx, "select user", err)
	}
	return toAPI(u), nil
}

func (us users) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	after, err := store.ParseCursor(cursor)
	if err != nil {
		return api.Page{}, err
	}
	// One more than asked for says whether there is a next page.
	list, err := us.client.User.Query().
		Where(user.IDGT(after)).
		Order(user.ByID()).
		Limit(limit + 1).
		All(ctx)
	if err != nil {
		return api.Page{}, us.failed(ctx, "select users", err)
	}
	page := api.Page{Users: []api.User{}}
	for i, u := range list {
		if i == limit {
			page.Next = store.Cursor(list[i-1].ID)
			break
		}
		page.Users = append(page.Users, toAPI(u))
	}
	return page, nil
}

func (us users) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	if err := store.CheckPatch(p); err != nil {
		return api.User{}, err
	}
	u, err := us.matching(ctx, id, m)
	if err != nil {
		return api.User{}, err
	}
	u = store.Changed(u, p)
	// One statement. UpdateOneID, and Update of what was read, select the row
	// again behind the UPDATE.
	err = us.client.User.Update().
		Where(user.UID(id)).
		SetName(u.Name).
		SetEmail(u.Email).
		SetEmailKey(store.EmailKey(u.Email)).
		SetVersion(u.Version).
		Exec(ctx)
	if err != nil {
		return api.User{}, us.failed(ctx, "update user", err)
	}
	return u, nil
}

func (us users) Delete(ctx context.Context, id string, m api.Match) error {
	if _, err := us.matching(ctx, id, m); err != nil {
		return err
	}
	_, err := us.client.User.Delete().Where(user.UID(id)).Exec(ctx)
	return us.failed(ctx, "delete user", err)
}

// matching returns the user if m allows its version.
func (us users) matching(
	ctx context.Context,
	id string,
	m api.Match,
) (api.User, error) {
	u, err := us.Get(ctx, id)
	if err == nil && !m.Allows(u.Version) {
		return api.User{}, api.ErrStale
	}
	return u, err
}

func (us users) Ping(ctx context.Context) error {
	_, err := us.client.User.Query().Exist(ctx)
	return us.failed(ctx, "ping", err)
}

// failed is [sqlite.Pools.Failed], which does not know ent's error.
func (us users) failed(ctx context.Context, what string, err error) error {
	if ent.IsNotFound(err) {
		return api.ErrNotFound
	}
	return us.pools.Failed(ctx, what, err)
}

func toAPI(u *ent.User) api.User {
	return api.User{ID: u.UID, Name: u.Name, Email: u.Email, Version: u.Version}
}
