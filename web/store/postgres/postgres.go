// Package postgres keeps users in PostgreSQL, by pgx and its own interface: no
// database/sql in between, so that errors have a code and values their types.
// It belongs to parts 10 and 12 of the guide.
//
// # Who waits for whom
//
// PostgreSQL has many writers, and two that want the same row wait for each
// other. [users.Update] takes no lock before it has to: it reads, decides, and
// writes WHERE version is still the one that it read. Who comes too late reads
// again. That is one statement more only for those who meet, where SELECT FOR
// UPDATE needs a transaction for everybody.
//
// The isolation is that of the server's default, READ COMMITTED: each statement
// sees what is committed when it begins. The loop above and [users.Create]
// after a key that another has just used rely on it, so [Store.Tx] asks for it.
//
// # When an error is not the end
//
// After an error PostgreSQL takes no further statement in a transaction but
// ROLLBACK. What may fail for the caller's sake (an address that is taken) is
// written ON CONFLICT DO NOTHING, which is no error, or behind a savepoint.
//
// # When ctx ends
//
// pgx asks the server to cancel, closes the connection, and the pool opens
// another: a statement that is given up costs a connection. Give statements
// enough time, and let the deadline be the exception.
//
// pgxpool takes its number of connections from the DSN (pool_max_conns=10);
// its default is 4, or the number of CPUs. A pool is not closed before each
// connection is back, so Close waits.
package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A Store is a [store.Store] in a PostgreSQL database.
type Store struct{ pool *pgxpool.Pool }

var _ store.Store = (*Store)(nil)

// Open connects to a database, a URL or key=value pairs as libpq has them, and
// brings its tables up to date. Several processes may do so at once: one
// migrates, the others wait for it.
func Open(ctx context.Context, dsn string) (*Store, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err) // pgx has left out the password
	}
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = 5 * time.Second // a ctx may have no deadline
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	if err := migrate(ctx, pool); err != nil {
		pool.Close()
		return nil, fmt.Errorf("opening: %w", failure(ctx, err))
	}
	return &Store{pool}, nil
}

func migrate(ctx context.Context, pool *pgxpool.Pool) (err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("embedded files: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool) // goose knows database/sql alone
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	return nil
}

// Tx implements [store.Store].
func (s *Store) Tx(
	ctx context.Context,
	f func(users api.Users) error,
) error {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return failed(ctx, "begin", err)
	}
	defer rollback(ctx, tx)
	if err := f(users{true, tx}); err != nil {
		return err
	}
	return failed(ctx, "commit", tx.Commit(ctx))
}

// rollback ends a transaction after a panic, an error and Goexit; after Commit
// it does nothing. If it fails, the pool closes the connection, and the server
// has rolled back.
func rollback(ctx context.Context, tx pgx.Tx) {
	// With the caller's ctx, which may have ended, it would always fail.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Stat tells of the pool.
func (s *Store) Stat() *pgxpool.Stat { return s.pool.Stat() }

func (s *Store) users() users { return users{false, s.pool} }

// Create implements [api.Users].
func (s *Store) Create(
	ctx context.Context,
	key string,
	d api.Draft,
) (api.User, error) {
	return s.users().Create(ctx, key, d)
}

// Get implements [api.Users].
func (s *Store) Get(ctx context.Context, id string) (api.User, error) {
	return s.users().Get(ctx, id)
}

// List implements [api.Users].
func (s *Store) List(
	ctx context.Context,
	cursor string,
	limit int,
) (api.Page, error) {
	return s.users().List(ctx, cursor, limit)
}

// Update implements [api.Users].
func (s *Store) Update(
	ctx context.Context,
	id string,
	m api.Match,
	p api.Patch,
) (api.User, error) {
	return s.users().Update(ctx, id, m, p)
}

// Delete implements [api.Users].
func (s *Store) Delete(ctx context.Context, id string, m api.Match) error {
	return s.users().Delete(ctx, id, m)
}

// Ping implements [api.Users].
func (s *Store) Ping(ctx context.Context) error { return s.users().Ping(ctx) }
