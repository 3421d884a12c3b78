package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// users are the statements. Those that change something are for a transaction,
// where nobody comes between two of them.
type users struct {
	db interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
	pools *Pools
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
			return u, us.failed(ctx, "find key", err)
		}
	}
	u := api.User{ID: api.NewID(), Name: d.Name, Email: d.Email, Version: 1}
	_, err := us.db.ExecContext(ctx, `
		INSERT INTO users (id, name, email, email_key, version)
		VALUES (?, ?, ?, ?, ?)`,
		u.ID, u.Name, u.Email, store.EmailKey(u.Email), u.Version)
	if err != nil {
		return api.User{}, us.failed(ctx, "insert user", err)
	}
	if key == "" {
		return u, nil
	}
	_, err = us.db.ExecContext(ctx, `
		INSERT INTO keys (key, name, email, user_id) VALUES (?, ?, ?, ?)`,
		key, d.Name, d.Email, u.ID)
	if err != nil {
		return api.User{}, us.failed(ctx, "insert key", err)
	}
	return u, nil
}

// made returns the user that a call with the key made, as it was then.
func (us users) made(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	var before api.Draft
	u := api.User{Name: d.Name, Email: d.Email, Version: 1}
	err := us.db.QueryRowContext(ctx, `
		SELECT name, email, user_id FROM keys WHERE key = ?`, key).
		Scan(&before.Name, &before.Email, &u.ID)
	if err != nil {
		return api.User{}, err
	}
	if before != d {
		return api.User{}, api.ErrKeyReused
	}
	return u, nil
}

func (us users) Get(ctx context.Context, id string) (api.User, error) {
	if !store.IsText(id) {
		return api.User{}, api.ErrNotFound
	}
	u := api.User{ID: id}
	err := us.db.QueryRowContext(ctx, `
		SELECT name, email, version FROM users WHERE id = ?`, id).
		Scan(&u.Name, &u.Email, &u.Version)
	if err != nil {
		return api.User{}, us.failed(ctx, "select user", err)
	}
	return u, nil
}

func (us users) List(
	ctx context.Context,
	cursor string,
	limit int,
) (page api.Page, err error) {
	after, err := store.ParseCursor(cursor)
	if err != nil {
		return api.Page{}, err
	}
	// One more than asked for says whether there is a next page.
	rows, err := us.db.QueryContext(ctx, `
		SELECT serial, id, name, email, version FROM users
		WHERE serial > ? ORDER BY serial LIMIT ?`, after, limit+1)
	if err != nil {
		return api.Page{}, us.failed(ctx, "select users", err)
	}
	defer rows.Close() // on every path: until then nobody has its connection
	page.Users = []api.User{}
	for rows.Next() {
		if len(page.Users) == limit {
			page.Next = store.Cursor(after)
			break
		}
		var u api.User
		err := rows.Scan(&after, &u.ID, &u.Name, &u.Email, &u.Version)
		if err != nil {
			return api.Page{}, us.failed(ctx, "scan user", err)
		}
		page.Users = append(page.Users, u)
	}
	if err := rows.Err(); err != nil { // Next says false in the middle, too
		return api.Page{}, us.failed(ctx, "next user", err)
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
	_, err = us.db.ExecContext(ctx, `
		UPDATE users SET name = ?, email = ?, email_key = ?, version = ?
		WHERE id = ?`,
		u.Name, u.Email, store.EmailKey(u.Email), u.Version, id)
	if err != nil {
		return api.User{}, us.failed(ctx, "update user", err)
	}
	return u, nil
}

func (us users) Delete(ctx context.Context, id string, m api.Match) error {
	if _, err := us.matching(ctx, id, m); err != nil {
		return err
	}
	_, err := us.db.ExecContext(ctx, `DELETE FROM users WHERE id = ?`, id)
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
	err := us.db.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
	return us.failed(ctx, "ping", err)
}

func (us users) failed(ctx context.Context, what string, err error) error {
	return us.pools.Failed(ctx, what, err)
}
