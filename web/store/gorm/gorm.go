// Package gorm keeps users in SQLite by gorm, which makes statements of structs
// at run time. It belongs to parts 10 and 12 of the guide.
//
// # What to write
//
//   - The generic API, gorm.G: it takes ctx with each statement and returns the
//     error, and the number of rows, as Go does elsewhere. With the older one
//     the error is a field of what a chain of calls returns, which errcheck
//     does not know: see [Register].
//   - Conditions as text with placeholders, never as a struct, whose zero
//     fields are no condition ([FindByStruct]), and never the id itself
//     ([FindByKey]).
//   - Select with Updates, which leaves out zero fields otherwise
//     ([Unsubscribe]), and a look at the number of rows.
//   - No hook for what must be true of every row: there are ways around each of
//     them ([Hooked.BeforeSave]). A column that is computed is computed here, by
//     row.
//   - The logger, which writes every error to standard output otherwise, a row
//     that is not there and the values of a statement included ([Logged]).
//   - Migrations as files. gorm's AutoMigrate adds columns and never drops or
//     renames one, so what it makes of a database depends on what was there.
//
// The file, its tables and its two pools are those of package sqlite. gorm's
// dialect for SQLite is that of the driver, gormlite, and needs no cgo.
//
// # What finds it
//
// Tests alone: none of the bugs beside this file is one to the compiler, to vet
// or to a linter, and to the race detector one is, a query that goroutines share
// ([Listing.Count]). The contract of storetest finds [FindByStruct], for it asks
// for an empty id. It does not find what [Unsubscribe] does: nobody has an empty
// name there.
package gorm

import (
	"context"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/sqlite"
)

// A Store is a [store.Store] in a file, the same file as that of package
// sqlite.
type Store struct {
	store.Calls

	pools *sqlite.Pools
	write *gorm.DB
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
	write, err := open(pools.Write)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening: %w", err), pools.Close())
	}
	read, err := open(pools.Read)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening: %w", err), pools.Close())
	}
	s := &Store{pools: pools, write: write}
	s.Calls = store.NewCalls(users{read, pools}, s.Tx)
	return s, nil
}

func open(pool gorm.ConnPool) (*gorm.DB, error) {
	return gorm.Open(gormlite.OpenDB(pool), &gorm.Config{
		Logger: logger.Discard, // what goes wrong is returned
	})
}

// Tx implements [store.Store].
func (s *Store) Tx(
	ctx context.Context,
	f func(users api.Users) error,
) error {
	var failed error
	err := s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		failed = f(users{tx, s.pools})
		return failed
	})
	if failed != nil {
		return failed
	}
	return s.pools.Failed(ctx, "transaction", err)
}

// Close implements [store.Store].
func (s *Store) Close() error { return s.pools.Close() }
