// Package sqlite keeps users in one file, by database/sql and an SQLite that is
// compiled in: nothing to install, no cgo. It belongs to parts 10 and 12 of the
// guide.
//
// SQLite has one writer at a time. A second one does not queue: it asks again
// after some milliseconds, until its busy timeout ends in SQLITE_BUSY, and a
// transaction that reads first and writes later is refused at once, for others
// may have written in between. So there are two pools here:
//
//   - one connection that writes. Who wants it waits in database/sql, in order,
//     and for no longer than its ctx. Its transactions begin with BEGIN
//     IMMEDIATE, which is what the driver does unless told otherwise, so none
//     finds out in the middle that it may not write.
//   - the others read. In WAL mode they see the last commit, and neither wait
//     for the writer nor keep it waiting. They cannot write: query_only.
//
// The busy timeout is left for other processes with the same file.
//
// A commit returns when the file has been synced (synchronous=FULL, SQLite's
// default): what was acknowledged outlives a crash, of the machine too. With
// NORMAL the last commits may be gone after a loss of power.
//
// Rows are read to the end and closed by one function ([users.List]), for each
// is a connection that nobody else has until then; a transaction is ended by
// one function too ([Store.Tx]). What happens without, see openrows and
// opentx.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/pressly/goose/v3"

	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Pools are the two pools of one file. The stores sqlc, gorm and ent have
// statements of their own and these pools in common.
type Pools struct {
	Read, Write *sql.DB

	closed atomic.Bool
}

// OpenPools opens a file, which it makes if there is none, and brings its
// tables up to date. It has up to the given number of connections, 2 at least:
// one writes, the others read.
func OpenPools(
	ctx context.Context,
	file string,
	connections int,
) (*Pools, error) {
	if connections < 2 {
		return nil, fmt.Errorf("%d connections: want one to write and one to read",
			connections)
	}
	name, err := dsn(file)
	if err != nil {
		return nil, err
	}
	p := new(Pools)
	if p.Write, err = open(name, 1); err != nil {
		return nil, err
	}
	if p.Read, err = open(name+"&_pragma=query_only(on)", connections-1); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := migrate(ctx, p.Write); err != nil {
		err = fmt.Errorf("opening %s: %w", file, failure(ctx, err))
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// dsn escapes a file name, whose ? and # would be taken for the end of it.
func dsn(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("naming the file: %w", err)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: path}
	return u.String() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)" +
		"&_pragma=synchronous(full)", nil
}

func open(dsn string, connections int) (*sql.DB, error) {
	db, err := driver.Open(dsn)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections) // of the default, 2, the others are closed
	return db, nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("embedded files: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	// SQLite has no lock for two processes that begin at once: one finds in the
	// middle that the other was there, is rolled back, and looks again.
	for last := int64(-1); ; {
		_, err := p.Up(ctx)
		if err == nil {
			return nil
		}
		now, verr := p.GetDBVersion(ctx)
		if verr != nil || now <= last { // it was not somebody else
			return fmt.Errorf("migrating: %w", err)
		}
		last = now
	}
}

// Close waits for the statements at work. Errors after it become
// [api.ErrUnavailable] in Failed.
func (p *Pools) Close() error {
	p.closed.Store(true)
	var err error
	for _, db := range []*sql.DB{p.Read, p.Write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Failed returns nil of nil, and else what the error of a statement means for a
// caller.
func (p *Pools) Failed(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case p.closed.Load():
		err = store.Unavailable(err)
	default:
		err = failure(ctx, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// passing are the errors of SQLite that may be over when somebody tries again:
// another process writes, the disk is full or does not answer.
var passing = []sqlite3.ErrorCode{
	sqlite3.BUSY, sqlite3.LOCKED, sqlite3.FULL, sqlite3.IOERR,
	sqlite3.CANTOPEN, sqlite3.NOMEM, sqlite3.PROTOCOL,
}

func failure(ctx context.Context, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return api.ErrNotFound
	}
	if errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) {
		return fmt.Errorf("%w: %w", api.ErrTaken, err)
	}
	for _, code := range passing {
		if errors.Is(err, code) {
			return store.Ended(ctx, store.Unavailable(err))
		}
	}
	return store.Ended(ctx, err)
}
