package sqlc

import (
	"context"
	"database/sql"
	"errors"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/sqlc/internal/db"
	"example.com/goguide/web/store/sqlite"
)

// users call what sqlc has generated. Those that change something are for a
// transaction, where nobody comes between two statements.
type users struct {
	queries *db.Queries
	pools   *sqlite.Pools
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
		if !errors.Is(err, sql.ErrNoRows) {
			return u, us.pools.Failed(ctx, "find key", err)
		}
	}
	u := api.User{ID: api.NewID(), Name: d.Name, Email: d.Email, Version: 1}
	err := us.queries.InsertUser(ctx, db.InsertUserParams{
		ID:       u.ID,
		Name:     u.Name,
		Email:    u.Email,
		EmailKey: store.EmailKey(u.Email),
		Version:  u.Version,
	})
	if err != nil {
		return api.User{}, us.pools.Failed(ctx, "insert user", err)
	}
	if key == "" {
		return u, nil
	}
	err = us.queries.InsertKey(ctx, db.InsertKeyParams{
		Key: key, Name: d.Name, Email: d.Email, UserID: u.ID,
	})
	if err != nil {
		return api.User{}, us.pools.Failed(ctx, "insert key", err)
	}
	return u, nil
}

// made returns the user that a call with the key made, as it was then.
func (us users) made(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	k, err := us.queries.FindKey(ctx, key)
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
	u, err := us.queries.GetUser(ctx, id)
	if err != nil {
		return api.User{}, us.pools.Failed(ctx, "select user", err)
	}
	return user(u), nil
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
	list, err := us.queries.ListUsers(ctx, db.ListUsersParams{
		After: after, Most: int64(limit) + 1,
	})
	if err != nil {
		return api.Page{}, us.pools.Failed(ctx, "select users", err)
	}
	page := api.Page{Users: []api.User{}}
	for i, u := range list {
		if i == limit {
			page.Next = store.Cursor(list[i-1].Serial)
			break
		}
		page.Users = append(page.Users, user(u))
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
	err = us.queries.UpdateUser(ctx, db.UpdateUserParams{
		Name:     u.Name,
		Email:    u.Email,
		EmailKey: store.EmailKey(u.Email),
		Version:  u.Version,
		ID:       id,
	})
	if err != nil {
		return api.User{}, us.pools.Failed(ctx, "update user", err)
	}
	return u, nil
}

func (us users) Delete(ctx context.Context, id string, m api.Match) error {
	if _, err := us.matching(ctx, id, m); err != nil {
		return err
	}
	err := us.queries.DeleteUser(ctx, id)
	return us.pools.Failed(ctx, "delete user", err)
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
	_, err := us.queries.Ping(ctx)
	return us.pools.Failed(ctx, "ping", err)
}

func user(u db.User) api.User {
	return api.User{ID: u.ID, Name: u.Name, Email: u.Email, Version: u.Version}
}
