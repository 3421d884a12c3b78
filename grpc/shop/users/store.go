package users

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"

	shopv1 "example.com/goguide/grpc/proto/shop/v1"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/shop/store"
	"example.com/goguide/grpc/users"
)

const schema = `
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
) STRICT, WITHOUT ROWID;`

// A Store is a [users.Store] in a file, with accounts.
type Store struct{ db *store.DB }

// Open opens the store in a file. Close closes it.
func Open(ctx context.Context, path string) (*Store, error) {
	db, err := store.Open(ctx, path, schema)
	if err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Get implements [users.Store].
func (s *Store) Get(ctx context.Context, id string) (*userv1.User, error) {
	found, _, err := s.some(ctx, `WHERE id = ?`, id)
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
	return s.some(ctx, `WHERE seq > ? ORDER BY seq LIMIT ?`, behind, n)
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
	err := s.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO users (id, name, folded, age) VALUES (?, ?, ?, ?)`,
			u.GetId(), u.GetName(), strings.ToLower(name), u.GetAge())
		return err
	})
	if errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) {
		return nil, users.ErrTaken // ids are random
	}
	if err != nil {
		return nil, fmt.Errorf("creating a user: %w", err)
	}
	return u, nil
}

// Record counts an order, once for each id.
func (s *Store) Record(ctx context.Context, r *shopv1.RecordOrderRequest) error {
	err := s.db.Update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx,
			`INSERT INTO recorded VALUES (?) ON CONFLICT DO NOTHING`, r.GetOrderId())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // it is counted already
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO accounts VALUES (?, 1, ?)
			ON CONFLICT DO UPDATE SET
				orders = orders + 1, items = items + excluded.items`,
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
		`SELECT orders, items FROM accounts WHERE user_id = ?`, userID)
	if err != nil {
		return nil, fmt.Errorf("reading an account: %w", err)
	}
	return a, nil
}
