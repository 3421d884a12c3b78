// Package store is a database as the services of the shop use it: SQLite in a
// file, without cgo, or PostgreSQL. It belongs to part 12 of the guide.
//
// # What to write
//
// One text for both where it can be, and that is nearly all: $1 for a value,
// ON CONFLICT with its columns, and the table's name before a column of the row
// that is there already. The tables differ ([Schema]). Whether a row was there
// is asked of RowsAffected, for the errors of the two have nothing in common.
//
// Of SQLite: the journal is a write-ahead log (WAL), so that readers and the one
// writer do not wait for each other, and synchronous is FULL: what Commit has
// returned for is on the disk, so a kill -9 and a loss of power take nothing
// that was acknowledged. NORMAL is faster, and loses the last commits with the
// power. PostgreSQL's defaults, fsync and synchronous_commit, promise the same.
//
// One connection writes and some others read. SQLite has one writer at a time
// anyway; where several connections try, they wait for each other by looking
// again and again, in no order, whereas those that wait for a connection of
// database/sql wait in a queue, and leave it when their ctx ends.
//
// Another process may hold the file, or a row, be it a backup or the last of
// this service, which still drains. The wait for it is bounded ([Busy]) below
// what callers have time for, and its end is [ErrBusy], which a service says as
// UNAVAILABLE. So is a PostgreSQL that is away: it comes back, the pool connects
// again, and who asks again with the same key has one order, also if the commit
// was done and its answer lost.
//
// PostgreSQL's text has no U+0000, and SQLite's has; a service refuses it for
// both ([IsText]), or they would answer differently.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// Busy is how long a writer waits for another.
const Busy = 300 * time.Millisecond

// readers is how many connections read.
const readers = 2

// ErrBusy is the error of a database that somebody else holds, or that is away.
var ErrBusy = errors.New("the database is busy")

// A Schema makes the tables, and does no harm to a database that has them
// already.
type Schema struct{ SQLite, Postgres string }

// A DB may be used concurrently.
type DB struct {
	write, read *sql.DB
	// passes reports whether an error of the driver's may be over when somebody
	// tries again.
	passes func(error) bool
}

// Open opens the database at a place, and runs its schema. The place is the path
// of a file, which is made if it is not there, or a URL such as
// postgres://user:password@host/database. No error tells the URL.
func Open(ctx context.Context, place string, schema Schema) (*DB, error) {
	if IsPostgres(place) {
		return openPostgres(ctx, place, schema.Postgres)
	}
	return openSQLite(ctx, place, schema.SQLite)
}

// IsText reports whether both databases keep a text as it is.
func IsText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

func openSQLite(ctx context.Context, path, schema string) (*DB, error) {
	// Busy first, or the other two do not wait.
	pragmas := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", Busy.Milliseconds()),
		"journal_mode(wal)",
		"synchronous(full)",
	}}
	name := (&url.URL{
		Scheme: "file", Opaque: url.PathEscape(path),
		RawQuery: pragmas.Encode(),
	}).String()
	d := &DB{passes: func(err error) bool {
		return errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED)
	}}
	var err error
	if d.write, err = driver.Open(name); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = driver.Open(name); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), d.write.Close())
	}
	d.read.SetMaxOpenConns(readers)
	d.read.SetMaxIdleConns(readers)
	if _, err := d.write.ExecContext(ctx, schema); err != nil {
		err = fmt.Errorf("the schema of %s: %w", path, err)
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close closes all connections, the last of which removes the log.
func (d *DB) Close() error { return errors.Join(d.read.Close(), d.write.Close()) }

// Update runs f in a transaction, and commits unless f fails. Its error is f's,
// ErrBusy, ctx's, or what the database says.
func (d *DB) Update(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.write.BeginTx(ctx, nil) // in SQLite immediate, by this driver's default
	if err != nil {
		return d.told(ctx, err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // f's error says more
		return d.told(ctx, err)
	}
	return d.told(ctx, tx.Commit())
}

// View runs one query that changes nothing, and calls row for each row of its
// result.
func (d *DB) View(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := d.read.QueryContext(ctx, query, args...)
	if err != nil {
		return d.told(ctx, err)
	}
	defer func() { _ = rows.Close() }() // Err has its error
	for rows.Next() {
		if err := row(rows); err != nil {
			return d.told(ctx, err)
		}
	}
	return d.told(ctx, rows.Err())
}

// told returns what a caller is to know of an error: a driver has errors of its
// own for a query that it has interrupted, and for a file that others hold.
func (d *DB) told(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case d.passes(err):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	default:
		return err
	}
}
