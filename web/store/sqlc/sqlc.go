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
type Store struct {
	store.Calls

	pools *sqlite.Pools
}

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
	s := &Store{pools: pools}
	s.Calls = store.NewCalls(users{db.New(pools.Read), pools}, s.Tx)
	return s, nil
}

// Tx implements [store.Store].
func (s *Store) Tx(
	ctx context.Context,
	f func(users api.Users) error,
) error {
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
