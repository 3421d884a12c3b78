package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/grpc/shop/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(storetest.Main(m)) }

var schema = Schema{
	SQLite:   `CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY) STRICT`,
	Postgres: `CREATE TABLE IF NOT EXISTS things (name text PRIMARY KEY)`,
}

func open(t *testing.T, path string) *DB {
	t.Helper()
	d, err := Open(t.Context(), path, schema)
	require.NoError(t, err)
	return d
}

func add(ctx context.Context, d *DB, name string) error {
	return d.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO things VALUES ($1)`, name)
		return err
	})
}

func names(t *testing.T, d *DB) (all []string) {
	t.Helper()
	require.NoError(t, d.View(t.Context(), func(r *sql.Rows) error {
		var name string
		all = append(all, "")
		err := r.Scan(&name)
		all[len(all)-1] = name
		return err
	}, `SELECT name FROM things ORDER BY name`))
	return all
}

func TestOpen_findsWhatWasThere(t *testing.T) {
	t.Parallel()
	// A name that is not fit for a URI as it is.
	path := filepath.Join(t.TempDir(), "a b?c#d%e.db")
	d := open(t, path)
	require.NoError(t, add(t.Context(), d, "cup"))
	require.NoError(t, d.Close())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, left, 1, "the log is no more")

	d = open(t, path)
	assert.Equal(t, []string{"cup"}, names(t, d))
	require.NoError(t, d.Close())
}

func TestUpdate_isAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		d := open(t, place)
		failure := errors.New("no")
		assert.ErrorIs(t, d.Update(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO things VALUES ('cup')`)
			return errors.Join(err, failure)
		}), failure)
		assert.Empty(t, names(t, d))
		require.NoError(t, d.Close())
	})
}

// Another process is, to SQLite, another connection.
func TestUpdate_doesNotWaitForEver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "things.db")
	d, other := open(t, path), open(t, path)
	require.NoError(t, add(t.Context(), d, "cup"))
	require.NoError(t, other.Update(t.Context(), func(*sql.Tx) error {
		assert.ErrorIs(t, add(t.Context(), d, "pot"), ErrBusy)
		assert.Equal(t, []string{"cup"}, names(t, d), "readers do not wait")
		return nil
	}))
	require.NoError(t, add(t.Context(), d, "pot"))
	require.NoError(t, errors.Join(d.Close(), other.Close()))
}

// Who waits for his turn in this process leaves with his ctx.
func TestUpdate_endsWithItsCtx(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, place string) {
		d := open(t, place)
		require.NoError(t, d.Update(t.Context(), func(*sql.Tx) error {
			ctx, cancel := context.WithCancel(t.Context())
			waits := make(chan error)
			go func() { waits <- add(ctx, d, "cup") }()
			cancel()
			assert.ErrorIs(t, <-waits, context.Canceled)
			return nil
		}))
		require.NoError(t, d.Close())
	})
}
