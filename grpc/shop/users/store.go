package users

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/shop/store"
	"example.com/goguide/grpc/users"
)

var schema = store.Schema{SQLite: `
CREATE TABLE IF NOT EXISTS users (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were made
	id   TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	-- SQLite's NOCASE knows ASCII only, so the program folds.
	folded TEXT NOT NULL UNIQUE,
	age  INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS accounts (
	user_id TEXT PRIMARY KEY,
	orders  INTEGER NOT NULL,
	items   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recorded (
	order_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;`, Postgres: `
CREATE TABLE IF NOT EXISTS users (
	seq    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id     text NOT NULL UNIQUE,
	name   text NOT NULL,
	folded text NOT NULL UNIQUE,
	age    integer NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts (
	user_id text PRIMARY KEY,
	orders  integer NOT NULL,
	items   integer NOT NULL
);
CREATE TABLE IF NOT EXISTS recorded (
	order_id text PRIMARY KEY
);`}

// A Store is a [users.Store] in a database, with accounts.
type Store struct{ db *store.DB }

// Open opens the store at a place, as [store.Open] has it. Close closes it.
func Open(ctx context.Context, place string) (*Store, error) {
	db, err := store.Open(ctx, place, schema)
	if err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Get implements [users.Store].
func (s *Store) Get(ctx context.Context, id string) (*userv1.User, error) {
	found, _, err := s.some(ctx, `WHERE id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, users.ErrNotFound
	}
	return found[0], nil
}

// Page returns up to n users in the order in which they were made, from the one
// behind a place on, and the place of the last of them. The first place is 0.
func (s *Store) Page(
	ctx context.Context,
	behind int64,
	n int,
) (page []*userv1.User, last int64, err error) {
	return s.some(ctx, `WHERE seq > $1 ORDER BY seq LIMIT $2`, behind, n)
}

func (s *Store) some(
	ctx context.Context,
	where string,
	args ...any,
) (found []*userv1.User, last int64, err error) {
	err = s.db.View(ctx, func(r *sql.Rows) error {
		u := new(userv1.User)
		found = append(found, u)
		return r.Scan(&last, &u.Id, &u.Name, &u.Age)
	}, `SELECT seq, id, name, age FROM users `+where, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("reading users: %w", err)
	}
	return found, last, nil
}

// Create implements [users.Store]. A name has one user, in whatever case.
func (s *Store) Create(ctx context.Context, name string, age int32) (*userv1.User, error) {
	u := &userv1.User{Id: strings.ToLower(rand.Text()), Name: name, Age: age}
	var made int64
	err := s.db.Update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO users
			(id, name, folded, age) VALUES ($1, $2, $3, $4)
			ON CONFLICT (folded) DO NOTHING`,
			u.GetId(), u.GetName(), strings.ToLower(name), u.GetAge())
		if err != nil {
			return err
		}
		made, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("creating a user: %w", err)
	}
	if made == 0 {
		return nil, users.ErrTaken
	}
	return u, nil
}

// Record counts an order, once for each id.
func (s *Store) Record(ctx context.Context, r *shopv1.RecordOrderRequest) error {
	err := s.db.Update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx,
			`INSERT INTO recorded VALUES ($1) ON CONFLICT DO NOTHING`, r.GetOrderId())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // it is counted already
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO accounts VALUES ($1, 1, $2)
			ON CONFLICT (user_id) DO UPDATE SET
				orders = accounts.orders + 1,
				items = accounts.items + excluded.items`,
			r.GetUserId(), r.GetQuantity())
		return err
	})
	if err != nil {
		return fmt.Errorf("recording an order: %w", err)
	}
	return nil
}

// Account returns the counts of a user. Who has ordered nothing has zeros.
func (s *Store) Account(ctx context.Context, userID string) (*shopv1.Account, error) {
	a := &shopv1.Account{UserId: userID}
	err := s.db.View(ctx, func(r *sql.Rows) error { return r.Scan(&a.Orders, &a.Items) },
		`SELECT orders, items FROM accounts WHERE user_id = $1`, userID)
	if err != nil {
		return nil, fmt.Errorf("reading an account: %w", err)
	}
	return a, nil
}
