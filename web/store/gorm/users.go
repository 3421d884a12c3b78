package gorm

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/sqlite"
)

// A user is a row of the table users, as gorm names it.
type user struct {
	Serial   int64 `gorm:"primaryKey"`
	ID       string
	Name     string
	Email    string
	EmailKey string
	Version  int
}

// row returns the row of a user, without the serial, which stays.
func row(u api.User) user {
	return user{
		ID:       u.ID,
		Name:     u.Name,
		Email:    u.Email,
		EmailKey: store.EmailKey(u.Email),
		Version:  u.Version,
	}
}

func (u user) api() api.User {
	return api.User{ID: u.ID, Name: u.Name, Email: u.Email, Version: u.Version}
}

// A key is a row of the table keys.
type key struct {
	Key    string `gorm:"primaryKey"`
	Name   string
	Email  string
	UserID string
}

// users make the statements. Those that change something are for a
// transaction, where nobody comes between two statements.
type users struct {
	db    *gorm.DB
	pools *sqlite.Pools
}

func (us users) Create(
	ctx context.Context,
	idempotencyKey string,
	d api.Draft,
) (api.User, error) {
	if err := store.CheckDraft(idempotencyKey, d); err != nil {
		return api.User{}, err
	}
	if idempotencyKey != "" {
		u, err := us.made(ctx, idempotencyKey, d)
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return u, us.failed(ctx, "find key", err)
		}
	}
	u := api.User{ID: api.NewID(), Name: d.Name, Email: d.Email, Version: 1}
	r := row(u)
	if err := gorm.G[user](us.db).Create(ctx, &r); err != nil {
		return api.User{}, us.failed(ctx, "insert user", err)
	}
	if idempotencyKey == "" {
		return u, nil
	}
	err := gorm.G[key](us.db).Create(ctx, &key{
		Key: idempotencyKey, Name: d.Name, Email: d.Email, UserID: u.ID,
	})
	if err != nil {
		return api.User{}, us.failed(ctx, "insert key", err)
	}
	return u, nil
}

// made returns the user that a call with the key made, as it was then.
func (us users) made(
	ctx context.Context,
	idempotencyKey string,
	d api.Draft,
) (api.User, error) {
	k, err := gorm.G[key](us.db).Where("key = ?", idempotencyKey).Take(ctx)
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
	u, err := gorm.G[user](us.db).Where("id = ?", id).Take(ctx)
	if err != nil {
		return api.User{}, us.failed(ctx, "select user", err)
	}
	return u.api(), nil
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
	list, err := gorm.G[user](us.db).Where("serial > ?", after).
		Order("serial").Limit(limit + 1).Find(ctx)
	if err != nil {
		return api.Page{}, us.failed(ctx, "select users", err)
	}
	page := api.Page{Users: []api.User{}}
	for i, u := range list {
		if i == limit {
			page.Next = store.Cursor(list[i-1].Serial)
			break
		}
		page.Users = append(page.Users, u.api())
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
	_, err = gorm.G[user](us.db).Where("id = ?", id).
		Select("name", "email", "email_key", "version"). // empty ones too
		Updates(ctx, row(u))
	if err != nil {
		return api.User{}, us.failed(ctx, "update user", err)
	}
	return u, nil
}

func (us users) Delete(ctx context.Context, id string, m api.Match) error {
	if _, err := us.matching(ctx, id, m); err != nil {
		return err
	}
	_, err := gorm.G[user](us.db).Where("id = ?", id).Delete(ctx)
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
	var one int
	err := gorm.G[user](us.db).Raw("SELECT 1").Scan(ctx, &one)
	return us.failed(ctx, "ping", err)
}

// failed is [sqlite.Pools.Failed], which does not know gorm's error.
func (us users) failed(ctx context.Context, what string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return api.ErrNotFound
	}
	return us.pools.Failed(ctx, what, err)
}
