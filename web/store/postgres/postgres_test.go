package postgres

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect/parallel"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store"
	"example.com/goguide/web/store/pgtest"
	"example.com/goguide/web/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var (
	empty    pgtest.Template
	migrated = pgtest.Template{Migrate: func(ctx context.Context, url string) error {
		s, err := Open(ctx, url)
		if err != nil {
			return err
		}
		return s.Close()
	}}
)

// opened returns a store on a database of its own.
func opened(t *testing.T) *Store {
	s, err := Open(t.Context(), small(migrated.Database(t)))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func small(url string) string {
	return pgtest.With(url, "pool_max_conns", strconv.Itoa(storetest.Connections))
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) func() (store.Store, error) {
		url := small(migrated.Database(t))
		return func() (store.Store, error) { return Open(t.Context(), url) }
	})
}

// As many processes do that are started at once.
func TestOpen_migratesOnce(t *testing.T) {
	t.Parallel()
	url := empty.Database(t)
	parallel.Do(16, func(int) {
		s, err := Open(t.Context(), url)
		if assert.NoError(t, err) {
			assert.NoError(t, s.Close())
		}
	})
	s, err := Open(t.Context(), url)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), "", api.Draft{Name: "Ann", Email: "ann@example.com"})
	assert.NoError(t, err)
	assert.NoError(t, s.Close())
}

// Who gives up a statement gives it up in the server too, and the pool is as
// large as before.
func TestStore_cancelsAStatementAtWork(t *testing.T) {
	t.Parallel()
	s := opened(t)
	ann, err := s.Create(t.Context(), "", api.Draft{Name: "Ann", Email: "ann@example.com"})
	require.NoError(t, err)
	_, err = s.pool.Exec(t.Context(), `ALTER TABLE users RENAME TO quick;
		CREATE VIEW users AS SELECT id, name, email, version FROM quick, pg_sleep(3600)`)
	require.NoError(t, err)
	atWork := func() (n int) {
		err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event = 'PgSleep'`).Scan(&n)
		assert.NoError(t, err)
		return n
	}
	for range 2 * storetest.Connections {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := s.Get(ctx, ann.ID)
			ended <- err
		}()
		require.Eventually(t, func() bool { return atWork() == 1 }, time.Minute, time.Millisecond)
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.Eventually(t, func() bool { return atWork() == 0 }, time.Minute, time.Millisecond)
	}
}

// Why change has its loop: what package lostupdate says of READ COMMITTED.
func TestReadCommitted_losesAnUpdate(t *testing.T) {
	t.Parallel()
	s := opened(t)
	ann, err := s.Create(t.Context(), "", api.Draft{Name: "0", Email: "ann@example.com"})
	require.NoError(t, err)
	for level, want := range map[pgx.TxIsoLevel]string{pgx.ReadCommitted: "", pgx.RepeatableRead: "40001"} {
		_, err = s.Update(t.Context(), ann.ID, api.Match{}, api.Patch{Name: new("0")})
		require.NoError(t, err)
		var both [2]pgx.Tx
		for i := range both { // both read before one writes
			both[i], err = s.pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: level})
			require.NoError(t, err)
			var name string
			require.NoError(t, both[i].QueryRow(t.Context(), `SELECT name FROM users`).Scan(&name))
			require.Equal(t, "0", name)
		}
		var last error
		for i, tx := range both {
			_, last = tx.Exec(t.Context(), `UPDATE users SET name = $1`, strconv.Itoa(i+1))
			if i == 0 {
				require.NoError(t, errors.Join(last, tx.Commit(t.Context())))
			}
		}
		if want == "" {
			require.NoError(t, errors.Join(last, both[1].Commit(t.Context())))
			assert.Equal(t, "2", name(t, s, ann.ID), "the sum would be 3")
			continue
		}
		assert.ErrorContains(t, last, want)
		assert.ErrorIs(t, failure(t.Context(), last), api.ErrUnavailable, "try again")
		require.NoError(t, both[1].Rollback(t.Context()))
	}
}

func name(t *testing.T, s *Store, id string) string {
	u, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	return u.Name
}
