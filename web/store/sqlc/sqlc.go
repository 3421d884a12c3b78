// Package sqlc keeps users in SQLite by functions that sqlc has generated from
// queries.sql. It belongs to parts 10 and 12 of the guide.
//
// sqlc reads the migrations, so it knows each table, and then each statement:
// a column that is not there, a table that has another name and a value too few
// are errors of go generate, where package sqlite has them at run time. What
// each statement takes and returns is a struct, and Scan, Close and Err are
// written by the generator, the same in every function. What it does not know
// is what a statement is for: two statements that belong into one transaction,
// an UPDATE that must have found a row ([RenameUnasked]), what is NULL where
// there is nobody ([Newest]), and what an error means, are code here as there.
// Of version 1.31 it also takes an INSERT that leaves out a column that is NOT
// NULL, and drops the parameter of ORDER BY ?; only a test sees either.
//
// The schema is that of package sqlite, and so are the pools: the dialect is
// SQLite's, since then the contract can be run without a server. sqlc does the
// same for PostgreSQL, with pgx too (sql_package: pgx/v5).
//
// # What to write
//
// sqlc is pinned in a module of its own, tools/sqlc, for its parsers of three
// dialects must not choose versions here. What it generates is committed, and
// go generate must change nothing.
package sqlc

//go:generate env GOWORK=off CGO_ENABLED=0 go build -C ../../../tools/sqlc -o ../../.cache/sqlc github.com/sqlc-dev/sqlc/cmd/sqlc
//go:generate ../../../.cache/sqlc generate

import (
	"context"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/sqlc/internal/db"
	"example.com/goguide/web/store/sqlite"
)

// A Store is a [store.Store] in a file, the same file as that of package
// sqlite.
type Store struct{ pools *sqlite.Pools }

var _ store.Store = (*Store)(nil)

// Open opens the store in a file; see [sqlite.OpenPools].
func Open(
	ctx context.Context,
	file string,
	connections int,
) (*Store, error) {
	pools, err := sqlite.OpenPools(ctx, file, connections)
	if err != nil {
		return nil, err
	}
	return &Store{pools}, nil
}

// Tx implements [store.Store].
func (s *Store) Tx(
	ctx context.Context,
	f func(users api.Users) error,
) error {
	return s.tx(ctx, func(us users) error { return f(us) })
}

func (s *Store) tx(ctx context.Context, f func(users) error) error {
	tx, err := s.pools.Write.BeginTx(ctx, nil)
	if err != nil {
		return s.pools.Failed(ctx, "begin", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := f(users{db.New(tx), s.pools}); err != nil {
		return err
	}
	return s.pools.Failed(ctx, "commit", tx.Commit())
}

// Close implements [store.Store].
func (s *Store) Close() error { return s.pools.Close() }

func (s *Store) reader() users { return users{db.New(s.pools.Read), s.pools} }

// Create implements [api.Users].
func (s *Store) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	return written(ctx, s, func(us users) (api.User, error) {
		return us.Create(ctx, key, d)
	})
}

// Get implements [api.Users].
func (s *Store) Get(ctx context.Context, id string) (api.User, error) {
	return s.reader().Get(ctx, id)
}

// List implements [api.Users].
func (s *Store) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	return s.reader().List(ctx, cursor, limit)
}

// Update implements [api.Users].
func (s *Store) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	return written(ctx, s, func(us users) (api.User, error) {
		return us.Update(ctx, id, m, p)
	})
}

// Delete implements [api.Users].
func (s *Store) Delete(ctx context.Context, id string, m api.Match) error {
	return s.tx(ctx, func(us users) error { return us.Delete(ctx, id, m) })
}

// Ping implements [api.Users].
func (s *Store) Ping(ctx context.Context) error { return s.reader().Ping(ctx) }

// written returns what f has returned if that is committed, and else nothing.
func written(
	ctx context.Context,
	s *Store,
	f func(users) (api.User, error),
) (api.User, error) {
	var u api.User
	err := s.tx(ctx, func(us users) (err error) {
		u, err = f(us)
		return err
	})
	if err != nil {
		return api.User{}, err
	}
	return u, nil
}
