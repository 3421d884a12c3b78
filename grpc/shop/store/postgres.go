package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// connections is how many a process has to PostgreSQL.
const connections = 8

// connectTime is how long a connection may take.
const connectTime = 2 * time.Second

// IsPostgres reports whether a place is the URL of a PostgreSQL.
func IsPostgres(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

func openPostgres(ctx context.Context, dsn, schema string) (*DB, error) {
	c, err := pgx.ParseConfig(dsn)
	if err != nil { // which may repeat what it could not read
		return nil, errors.New("opening PostgreSQL: expected postgres://user:password@host/database")
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTime
	}
	if c.RuntimeParams["lock_timeout"] == "" {
		c.RuntimeParams["lock_timeout"] = strconv.FormatInt(Busy.Milliseconds(), 10)
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	d := &DB{write: db, read: db, passes: passes}
	if err := d.Update(ctx, func(tx *sql.Tx) error { return migrate(ctx, tx, schema) }); err != nil {
		return nil, errors.Join(fmt.Errorf("opening PostgreSQL %s: %w", where(dsn), err), d.Close())
	}
	return d, nil
}

// migrate makes the tables. Of several processes one does so, and the others
// wait for it: IF NOT EXISTS alone looks, and fails if another is faster.
func migrate(ctx context.Context, tx *sql.Tx, schema string) error {
	const lock = 0x73686f70 // of the shop's
	_, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '10s'`)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lock); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, schema)
	return err
}

// where says which database a URL names, and no user and no password.
func where(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil { // which pgx could read nevertheless
		return ""
	}
	return u.Host + u.Path
}

// passing are the classes of PostgreSQL's errors that may be over when somebody
// tries again (PostgreSQL 18, appendix A).
var passing = map[string]bool{
	"08": true, // connection
	"40": true, // deadlock, serialization: the transaction has been rolled back
	"53": true, // disk full, out of memory, too many connections
	"55": true, // lock not available
	"57": true, // shutdown, crash, canceled by somebody
	"58": true, // an error of the operating system
}

func passes(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passing[pe.Code[:min(2, len(pe.Code))]]
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, gone := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return pgconn.SafeToRetry(err) // nothing was sent
}
