package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/pgserver"
	"example.com/goguide/grpc/shop/store/storetest"
)

// All processes of a service may start at once, on a database that is empty:
// one makes the tables, and the other waits for it. Without that PostgreSQL
// refuses it, IF NOT EXISTS or not, for it cannot see what is not committed.
func TestOpen_ofTwoAtOnce(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	c, err := pgx.ParseConfig(place)
	require.NoError(t, err)
	db := stdlib.OpenDB(*c)
	first, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, migrate(t.Context(), first, schema.Postgres))
	opened := make(chan error, 1)
	go func() {
		d, err := Open(t.Context(), place, schema)
		if err == nil {
			err = d.Close()
		}
		opened <- err
	}()
	require.Eventually(t, func() bool {
		var waits bool
		err := db.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits)
		return err == nil && waits
	}, time.Minute, 10*time.Millisecond, "the second waits")
	require.NoError(t, first.Commit())
	require.NoError(t, <-opened)
	require.NoError(t, db.Close())
}

func TestUpdate_doesNotWaitForEverForPostgres(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	d, other := open(t, place), open(t, place)
	require.NoError(t, other.Update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `LOCK TABLE things IN EXCLUSIVE MODE`)
		require.NoError(t, err)
		start := time.Now()
		assert.ErrorIs(t, add(t.Context(), d, "cup"), ErrBusy)
		assert.GreaterOrEqual(t, time.Since(start), Busy)
		assert.Empty(t, names(t, d), "readers do not wait")
		return nil
	}))
	require.NoError(t, add(t.Context(), d, "pot"))
	assert.NotErrorIs(t, add(t.Context(), d, "pot"), ErrBusy, "a mistake is none that passes")
	require.NoError(t, errors.Join(d.Close(), other.Close()))
}

// A server that was killed is away, and nothing but that, until it is back.
func TestDB_outlivesItsServer(t *testing.T) {
	t.Parallel()
	s := pgserver.Open(t)
	defer s.Close()
	d := open(t, s.URL())
	require.NoError(t, add(t.Context(), d, "cup"))
	one := func(r *sql.Rows) error { return r.Scan(new(int)) }
	for _, name := range []string{"pot", "pan"} {
		require.NoError(t, s.Kill())
		var err error
		for err == nil { // its processes live on until they notice
			err = d.View(t.Context(), one, `SELECT 1`)
		}
		assert.ErrorIs(t, err, ErrBusy)
		for range connections + 1 { // as many as may be left in the pool
			if err := d.View(t.Context(), one, `SELECT 1`); err != nil {
				assert.ErrorIs(t, err, ErrBusy)
			}
		}
		require.NoError(t, s.Start())
		assert.NoError(t, add(t.Context(), d, name), "at the first try")
	}
	assert.Equal(t, []string{"cup", "pan", "pot"}, names(t, d))
	require.NoError(t, d.Close())
}

// What passes is worth another try, and a mistake is not.
func TestUpdate_tellsWhatPasses(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Postgres(t))
	for code, passes := range map[string]bool{
		"08006": true,  // connection_failure
		"22P02": false, // invalid_text_representation
		"23505": false, // unique_violation
		"40001": true,  // serialization_failure
		"40P01": true,  // deadlock_detected
		"42P01": false, // undefined_table
		"53100": true,  // disk_full
		"55P03": true,  // lock_not_available
		"57014": true,  // query_canceled
		"58030": true,  // io_error
		"XX000": false, // internal_error
	} {
		err := d.Update(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DO $$ BEGIN RAISE SQLSTATE '`+code+`'; END $$`)
			return err
		})
		require.ErrorContains(t, err, code)
		assert.Equal(t, passes, errors.Is(err, ErrBusy), code)
	}
	err := d.View(t.Context(), func(*sql.Rows) error { return nil }, `SELECT pg_terminate_backend(pg_backend_pid())`)
	assert.ErrorIs(t, err, ErrBusy, "the server ends a connection")
	require.NoError(t, add(t.Context(), d, "cup"), "the next is another")
	require.NoError(t, d.Close())
}

func TestOpen_tellsNoPassword(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }() // it accepts, and says nothing
	at := l.Addr().String()
	for dsn, want := range map[string]string{
		"postgres://ann:hunter2@127.0.0.1:1/shop":           "opening PostgreSQL 127.0.0.1:1/shop: ",
		"postgresql:///shop?password=hunter2&host=/no/such": "opening PostgreSQL /shop: ",
		"postgres://ann:hunter2@" + at + "/shop":            "opening PostgreSQL " + at + "/shop: ",
		"postgres://ann:hunter2@db:x/shop":                  "expected postgres://user:password@host/database",
		"postgres://ann :hunter2@db/shop?sslmode=what":      "expected postgres://user:password@host/database",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 3*connectTime)
		_, err := Open(ctx, dsn, schema)
		assert.NoError(t, ctx.Err(), "it gives up by itself")
		cancel()
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
