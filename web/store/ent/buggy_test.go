package ent

import (
	"context"
	"database/sql"
	"runtime"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/ent/internal/ent"
	"example.com/goguide/web/store/ent/internal/ent/user"
)

// people calls f with a database in memory in which there are three users. One
// connection is enough: no statement needs another while it has one.
func people(t *testing.T, f func(pool *sql.DB, c *ent.Client)) {
	pool, err := driver.Open("file::memory:")
	require.NoError(t, err)
	defer func() { assert.NoError(t, pool.Close()) }()
	pool.SetMaxOpenConns(1)
	c := client(pool)
	_, err = pool.ExecContext(t.Context(), `CREATE TABLE users (
		serial INTEGER PRIMARY KEY, id TEXT, name TEXT, email TEXT, email_key TEXT, version INTEGER)`)
	require.NoError(t, err)
	for _, email := range []string{"ann@example.com", "bob@example.org", "ZOË@example.com"} {
		require.NoError(t, c.User.Create().
			SetUID(email).SetName("Ann").SetEmail(email).SetEmailKey(store.EmailKey(email)).SetVersion(1).
			Exec(t.Context()))
	}
	f(pool, c)
}

// left ends the goroutine in a transaction, and returns how many connections
// are in use after that.
func left(t *testing.T, in func(context.Context, *ent.Client, func(*ent.Tx) error) error) (used int) {
	people(t, func(pool *sql.DB, c *ent.Client) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = in(ctx, c, func(*ent.Tx) error {
				runtime.Goexit()
				return nil
			})
		}()
		<-done
		used = pool.Stats().InUse
		cancel()
	})
	return used
}

func TestWithTx(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, 1, left(t, WithTx)) })
}

func TestInTx_endsWithTheGoroutine(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Zero(t, left(t, InTx)) })
}

// The near-miss: from a panic it does recover.
func TestWithTx_onAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		people(t, func(pool *sql.DB, c *ent.Client) {
			assert.Panics(t, func() {
				_ = WithTx(t.Context(), c, func(*ent.Tx) error { panic("boom") })
			})
			assert.Zero(t, pool.Stats().InUse)
		})
	})
}

func TestFindFold(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		people(t, func(_ *sql.DB, c *ent.Client) {
			_, err := FindFold(t.Context(), c, "ZOË@example.com")
			assert.True(t, ent.IsNotFound(err))
			_, err = FindFold(t.Context(), c, "ANN@example.com")
			assert.NoError(t, err)
		})
	})
}

func TestFind_inWhateverCase(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		people(t, func(_ *sql.DB, c *ent.Client) {
			for _, email := range []string{"ZOË@example.com", "zoë@example.com"} {
				u, err := Find(t.Context(), c, email)
				assert.NoError(t, err)
				assert.Equal(t, "ZOË@example.com", u.Email)
			}
		})
	})
}

func TestDeleteWhere(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		people(t, func(_ *sql.DB, c *ent.Client) {
			n, err := DeleteWhere(t.Context(), c)
			assert.NoError(t, err)
			assert.Equal(t, 3, n, "everybody")
		})
	})
}

func TestDelete_takesOneConditionAtLeast(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		people(t, func(_ *sql.DB, c *ent.Client) {
			n, err := Delete(t.Context(), c, user.UID("nobody"))
			assert.NoError(t, err)
			assert.Zero(t, n)
			n, err = Delete(t.Context(), c, user.Name("Ann"), user.UID("ann@example.com"))
			assert.NoError(t, err)
			assert.Equal(t, 1, n)
		})
	})
}

// domains counts at two domains.
func domains(t *testing.T, count func(context.Context, *ent.UserQuery, ...string) ([]int, error)) (counts []int) {
	people(t, func(_ *sql.DB, c *ent.Client) {
		var err error
		counts, err = count(t.Context(), c.User.Query(), "example.com", "example.org")
		assert.NoError(t, err)
	})
	return counts
}

func TestDomainCounts(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.Equal(t, []int{2, 0}, domains(t, DomainCounts)) })
}

func TestDomains_countsEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Equal(t, []int{2, 1}, domains(t, Domains)) })
}
