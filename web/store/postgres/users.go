package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// users are the statements, on the pool or in a transaction, where Begin sets a
// savepoint.
type users struct {
	tx bool
	db interface {
		Begin(ctx context.Context) (pgx.Tx, error)
		Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
		QueryRow(ctx context.Context, query string, args ...any) pgx.Row
	}
}

func (us users) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	if err := store.CheckDraft(key, d); err != nil {
		return api.User{}, err
	}
	u := api.User{ID: api.NewID(), Name: d.Name, Email: d.Email, Version: 1}
	create := func(us users) error { return us.insert(ctx, u) }
	if key != "" {
		create = func(us users) error {
			first, err := us.use(ctx, key, d, u.ID)
			if err != nil || first != u.ID {
				u.ID = first
				return err
			}
			return us.insert(ctx, u)
		}
	}
	if err := us.asOne(ctx, key != "", create); err != nil {
		return api.User{}, err
	}
	return u, nil
}

// use takes the key for a user, and returns that of the call which had it
// first. If that one is at work, it waits for its end.
func (us users) use(
	ctx context.Context,
	key string,
	d api.Draft,
	id string,
) (string, error) {
	tag, err := us.db.Exec(ctx, `
		INSERT INTO keys (key, name, email, user_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO NOTHING`, key, d.Name, d.Email, id)
	if err != nil || tag.RowsAffected() == 1 {
		return id, failed(ctx, "insert key", err)
	}
	var before api.Draft
	err = us.db.QueryRow(ctx, `
		SELECT name, email, user_id FROM keys WHERE key = $1`, key).
		Scan(&before.Name, &before.Email, &id)
	if err != nil {
		return "", failed(ctx, "select key", err)
	}
	if before != d {
		return "", api.ErrKeyReused
	}
	return id, nil
}

func (us users) insert(ctx context.Context, u api.User) error {
	tag, err := us.db.Exec(ctx, `
		INSERT INTO users (id, name, email, email_key, version)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email_key) DO NOTHING`,
		u.ID, u.Name, u.Email, store.EmailKey(u.Email), u.Version)
	if err == nil && tag.RowsAffected() == 0 {
		return api.ErrTaken
	}
	return failed(ctx, "insert user", err)
}

func (us users) Get(ctx context.Context, id string) (api.User, error) {
	if !store.IsText(id) {
		return api.User{}, api.ErrNotFound
	}
	u := api.User{ID: id}
	err := us.db.QueryRow(ctx, `
		SELECT name, email, version FROM users WHERE id = $1`, id).
		Scan(&u.Name, &u.Email, &u.Version)
	if err != nil {
		return api.User{}, failed(ctx, "select user", err)
	}
	return u, nil
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
	rows, err := us.db.Query(ctx, `
		SELECT serial, id, name, email, version FROM users
		WHERE serial > $1 ORDER BY serial LIMIT $2`, after, limit+1)
	if err != nil {
		return api.Page{}, failed(ctx, "select users", err)
	}
	page := api.Page{Users: []api.User{}}
	var u api.User
	var serial int64
	// ForEachRow closes the rows and asks for their error.
	_, err = pgx.ForEachRow(rows,
		[]any{&serial, &u.ID, &u.Name, &u.Email, &u.Version}, func() error {
			if len(page.Users) == limit {
				page.Next = store.Cursor(after)
				return nil
			}
			page.Users = append(page.Users, u)
			after = serial
			return nil
		})
	if err != nil {
		return api.Page{}, failed(ctx, "select users", err)
	}
	return page, nil
}

func (us users) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (u api.User, err error) {
	if err := store.CheckPatch(p); err != nil {
		return api.User{}, err
	}
	// Only an address can be refused, and only a transaction would be lost
	// by it.
	err = us.asOne(ctx, us.tx && p.Email != nil, func(us users) error {
		return us.change(ctx, id, m, func(before api.User) (pgconn.CommandTag, error) {
			u = store.Changed(before, p)
			return us.db.Exec(ctx, `
				UPDATE users SET name = $3, email = $4, email_key = $5, version = $6
				WHERE id = $1 AND version = $2`,
				id, before.Version, u.Name, u.Email, store.EmailKey(u.Email), u.Version)
		})
	})
	if err != nil {
		return api.User{}, err
	}
	return u, nil
}

func (us users) Delete(ctx context.Context, id string, m api.Match) error {
	return us.change(ctx, id, m, func(u api.User) (pgconn.CommandTag, error) {
		return us.db.Exec(ctx, `
			DELETE FROM users WHERE id = $1 AND version = $2`, id, u.Version)
	})
}

// change calls write with the user as it is, until nobody has changed it in
// between. Each further call is one that another's was done before, so all end.
func (us users) change(
	ctx context.Context,
	id string,
	m api.Match,
	write func(u api.User) (pgconn.CommandTag, error),
) error {
	for {
		u, err := us.Get(ctx, id)
		if err != nil {
			return err
		}
		if !m.Allows(u.Version) {
			return api.ErrStale
		}
		tag, err := write(u)
		if err != nil || tag.RowsAffected() == 1 {
			return failed(ctx, "write user", err)
		}
	}
}

// asOne does f, and if it is of several statements, all of it or nothing: in a
// transaction of its own, or behind a savepoint.
func (us users) asOne(
	ctx context.Context,
	several bool,
	f func(users) error,
) error {
	if !several {
		return f(us)
	}
	tx, err := us.db.Begin(ctx)
	if err != nil {
		return failed(ctx, "begin", err)
	}
	defer rollback(ctx, tx)
	if err := f(users{true, tx}); err != nil {
		return err
	}
	return failed(ctx, "commit", tx.Commit(ctx))
}

func (us users) Ping(ctx context.Context) error {
	_, err := us.db.Exec(ctx, `SELECT 1`)
	return failed(ctx, "ping", err)
}
