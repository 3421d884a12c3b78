package openrows

import (
	"context"
	"database/sql"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const three = `
	CREATE TABLE users (serial INTEGER PRIMARY KEY, name TEXT);
	INSERT INTO users (name) VALUES ('ann'), ('bob'), ('eve')`

// The third name cannot be read: an integer overflows.
const broken = `
	CREATE TABLE numbers (serial INTEGER PRIMARY KEY, n INTEGER);
	INSERT INTO numbers (n) VALUES (1), (2), (-9223372036854775808);
	CREATE VIEW users AS SELECT serial, 'user ' || abs(n) AS name FROM numbers`

// pool returns a database of one connection.
func pool(t *testing.T, schema string) *sql.DB {
	db, err := driver.Open("file::memory:", func(c *sqlite3.Conn) error { return c.Exec(schema) })
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	return db
}

func TestFind(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		db := pool(t, three)
		for prefix, want := range map[string]string{"b": "bob", "x": ""} {
			for range 3 {
				got, err := Find(ctx, db, prefix)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			}
		}
		assert.Zero(t, db.Stats().InUse)
		require.NoError(t, db.Close())
	})
}

func TestFindOpen(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := pool(t, three)
		for range 2 {
			got, err := FindOpen(context.Background(), db, "b")
			require.NoError(t, err)
			assert.Equal(t, "bob", got)
		}
	})
}

// The near-miss: who reads to the end needs no Close, and gets none by mistake.
func TestFindOpen_nobody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := pool(t, three)
		for range 3 {
			got, err := FindOpen(context.Background(), db, "x")
			require.NoError(t, err)
			assert.Empty(t, got)
		}
		require.NoError(t, db.Close())
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := pool(t, three)
		got, err := Names(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, []string{"ann", "bob", "eve"}, got)
		require.NoError(t, db.Close())

		db = pool(t, broken)
		_, err = Names(t.Context(), db)
		require.ErrorContains(t, err, "integer overflow")
		assert.Zero(t, db.Stats().InUse)
		require.NoError(t, db.Close())
	})
}

func TestNamesUnasked(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := pool(t, broken)
		got, err := NamesUnasked(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, []string{"user 1", "user 2"}, got, "of three, and no word of it")
		require.NoError(t, db.Close())
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := pool(t, three)
		for _, want := range []bool{true, false} {
			got, err := Delete(t.Context(), db, "bob")
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		names, err := Names(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, []string{"ann", "eve"}, names)
		require.NoError(t, db.Close())
	})
}

func TestDeleteByQuery(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := pool(t, three)
		for _, name := range []string{"ann", "bob"} {
			assert.NoError(t, DeleteByQuery(context.Background(), db, name))
		}
	})
}
