package sqlc

import (
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store/sqlc/internal/db"
)

// people calls f with a database in memory without users. One connection is
// enough: no statement needs another while it has one.
func people(t *testing.T, f func(q *db.Queries)) {
	pool, err := driver.Open("file::memory:")
	require.NoError(t, err)
	defer func() { assert.NoError(t, pool.Close()) }()
	pool.SetMaxOpenConns(1)
	_, err = pool.ExecContext(t.Context(), `CREATE TABLE users (
		serial INTEGER PRIMARY KEY, id TEXT, name TEXT, email TEXT, email_key TEXT, version INTEGER)`)
	require.NoError(t, err)
	f(db.New(pool))
}

func add(t *testing.T, q *db.Queries) {
	assert.NoError(t, q.InsertUser(t.Context(), db.InsertUserParams{ID: "a", Name: "Ann", Version: 1}))
}

func TestNewest(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		people(t, func(q *db.Queries) {
			_, err := Newest(t.Context(), q)
			assert.Error(t, err, "of nobody")
		})
	})
}

// The near-miss: there is somebody, as in most tests.
func TestNewest_ofSomebody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		people(t, func(q *db.Queries) {
			add(t, q)
			n, err := Newest(t.Context(), q)
			assert.NoError(t, err)
			assert.EqualValues(t, 1, n)
		})
	})
}

func TestLatest_ofNobody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		people(t, func(q *db.Queries) {
			for want := range int64(2) {
				n, err := Latest(t.Context(), q)
				assert.NoError(t, err)
				assert.Equal(t, want, n)
				add(t, q)
			}
		})
	})
}

func TestRenameUnasked(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		people(t, func(q *db.Queries) {
			assert.NoError(t, RenameUnasked(t.Context(), q, "nobody", "Eve"))
			add(t, q)
			assert.NoError(t, RenameUnasked(t.Context(), q, "a", "Eve"), "no other answer")
			u, err := q.GetUser(t.Context(), "a")
			assert.NoError(t, err)
			assert.Equal(t, "Eve", u.Name)
		})
	})
}

func TestRename_findsNobody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		people(t, func(q *db.Queries) {
			assert.ErrorIs(t, Rename(t.Context(), q, "nobody", "Eve"), api.ErrNotFound)
			add(t, q)
			assert.NoError(t, Rename(t.Context(), q, "a", "Eve"))
			u, err := q.GetUser(t.Context(), "a")
			assert.NoError(t, err)
			assert.Equal(t, "Eve", u.Name)
		})
	})
}
