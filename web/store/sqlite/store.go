package sqlite

import (
	"context"
	"database/sql"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// A Store is a [store.Store] in a file.
type Store struct {
	store.Calls

	pools *Pools
}

var _ store.Store = (*Store)(nil)

// Open opens the store in a file; see [OpenPools].
func Open(
	ctx context.Context,
	file string,
	connections int,
) (*Store, error) {
	pools, err := OpenPools(ctx, file, connections)
	if err != nil {
		return nil, err
	}
	s := &Store{pools: pools}
	s.Calls = store.NewCalls(users{pools.Read, pools}, s.Tx)
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
	// After a panic, an error and Goexit; after Commit it does nothing. If
	// it fails, the connection is broken, and database/sql drops it.
	defer func() { _ = tx.Rollback() }()
	if err := f(users{tx, s.pools}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return s.pools.Failed(ctx, "commit", err)
	}
	return nil
}

// Close implements [store.Store].
func (s *Store) Close() error { return s.pools.Close() }

// Stats tells of both pools.
func (s *Store) Stats() (write, read sql.DBStats) {
	return s.pools.Write.Stats(), s.pools.Read.Stats()
}
