package nplusone

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counted counts the queries that go through it.
type counted struct {
	*sql.DB
	queries int
}

func (c *counted) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.queries++
	return c.DB.QueryContext(ctx, query, args...)
}

// shop returns a database in which user n has n orders, from none up.
func shop(t *testing.T, users int) *counted {
	db, err := driver.Open("file::memory:", func(c *sqlite3.Conn) error {
		return c.Exec(`
			CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
			CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER, article TEXT);`)
	})
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	for n := range users {
		_, err := db.ExecContext(t.Context(), `INSERT INTO users (id, name) VALUES (?, ?)`, n, fmt.Sprint("user", n))
		require.NoError(t, err)
		for o := range n {
			_, err := db.ExecContext(t.Context(), `INSERT INTO orders (user_id, article) VALUES (?, ?)`, n, fmt.Sprint("article", o))
			require.NoError(t, err)
		}
	}
	return &counted{DB: db}
}

// ask returns how many queries f made for the number of users.
func ask(t *testing.T, f func(context.Context, Querier) ([]User, error), users int) int {
	db := shop(t, users)
	got, err := f(t.Context(), db)
	require.NoError(t, err)
	require.Len(t, got, users)
	for n, u := range got {
		assert.Equal(t, fmt.Sprint("user", n), u.Name)
		assert.Len(t, u.Orders, n)
		if n > 1 {
			assert.Equal(t, []string{"article0", "article1"}, u.Orders[:2])
		}
	}
	require.NoError(t, db.Close())
	return db.queries
}

func TestJoined(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 1, ask(t, Joined, 0))
		assert.Equal(t, 1, ask(t, Joined, 7))
	})
}

func TestBatched(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 1, ask(t, Batched, 0))
		assert.Equal(t, 2, ask(t, Batched, 7))
	})
}

func TestOneByOne(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, 8, ask(t, OneByOne, 7)) })
}

// The near-miss: with one row in the database the two look alike, so a test
// with one row proves nothing.
func TestOneByOne_withOneUser(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Equal(t, ask(t, Batched, 1), ask(t, OneByOne, 1)) })
}
