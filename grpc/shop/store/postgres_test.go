package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/parallel"
	"example.com/goguide/detect/pgserver"
	"example.com/goguide/grpc/shop/store/storetest"
)

// All processes of a service may start at once, on a database that is empty.
func TestOpen_ofManyAtOnce(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	parallel.Do(8, func(int) {
		d, err := Open(t.Context(), place, schema)
		if assert.NoError(t, err) {
			assert.NoError(t, d.Close())
		}
	})
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
		cancel()
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
