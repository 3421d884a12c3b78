// Package ent keeps users in SQLite by code that ent has generated from a
// schema in Go. It belongs to parts 10 and 12 of the guide.
//
// A query is a chain of typed calls: a field that is not there, a value of the
// wrong type and an unhandled error do not compile, or are found by errcheck.
// The price is the code: internal/ent has more than six thousand lines for the
// two tables, which are two statements of CREATE TABLE in package sqlite.
//
// # What to write
//
//   - A transaction with a deferred Rollback. WithTx of ent's documentation
//     recovers from a panic, which runtime.Goexit is not ([WithTx]).
//   - Update and Delete with Where for what has a condition beyond the id; each
//     returns how many rows there were. Neither asks for a condition
//     ([DeleteWhere]).
//   - Clone of a query that is used twice ([DomainCounts]).
//   - A key of your own for what is equal in any case ([FindFold]).
//   - Migrations as files. The ones of package sqlite made these tables, and
//     the schema has their names: ent's id is the column serial.
//
// The generator is a tool of this module (see its go.mod), since what it
// generates and the library are to be of one release.
package ent

//go:generate go tool ent generate ./internal/ent/schema

import (
	"context"
	"database/sql"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/ent/internal/ent"
	"example.com/goguide/web/store/sqlite"
)

// A Store is a [store.Store] in a file, the same file as that of package
// sqlite.
type Store struct {
	store.Calls

	pools *sqlite.Pools
	write *ent.Client
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
	s := &Store{pools: pools, write: client(pools.Write)}
	s.Calls = store.NewCalls(users{client(pools.Read), pools}, s.Tx)
	return s, nil
}

func client(pool *sql.DB) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, pool)))
}

// Tx implements [store.Store].
func (s *Store) Tx(
	ctx context.Context,
	f func(users api.Users) error,
) error {
	tx, err := s.write.Tx(ctx)
	if err != nil {
		return s.pools.Failed(ctx, "begin", err)
	}
	// After a panic, an error and Goexit; after Commit it does nothing.
	defer func() { _ = tx.Rollback() }()
	if err := f(users{tx.Client(), s.pools}); err != nil {
		return err
	}
	return s.pools.Failed(ctx, "commit", tx.Commit())
}

// Close implements [store.Store].
func (s *Store) Close() error { return s.pools.Close() }
