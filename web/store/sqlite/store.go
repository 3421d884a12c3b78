package sqlite

import (
	"context"
	"database/sql"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

// A Store is a [store.Store] in a file.
type Store struct{ pools *Pools }

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

func (s *Store) reader() users { return users{s.pools.Read, s.pools} }

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
