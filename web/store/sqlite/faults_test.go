package sqlite

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/parallel"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store/storetest"
)

func draft(name string) api.Draft {
	return api.Draft{Name: name, Email: name + "@example.com"}
}

func opened(t *testing.T, file string) *Store {
	s, err := Open(t.Context(), file, storetest.Connections)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// fileEnv makes a process of this test binary one that writes until it is
// killed.
const fileEnv = "GOGUIDE_SQLITE_FILE"

// write creates users one after the other, and prints each that has been
// acknowledged.
func write(file string) {
	ctx := context.Background()
	s, err := Open(ctx, file, storetest.Connections)
	if err != nil {
		panic(err)
	}
	out := json.NewEncoder(os.Stdout)
	for i := 0; ; i++ {
		name := fmt.Sprintf("%d.%d", os.Getpid(), i)
		u, err := s.Create(ctx, name, draft(name))
		if err != nil {
			panic(err)
		}
		if err := out.Encode(u); err != nil {
			os.Exit(1) // whom it tells is gone
		}
	}
}

// A process is killed amid writes, several times. Every user that it has
// acknowledged is there, and at most one more a process; the file is whole.
func TestStore_outlivesItsProcess(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.db")
	var acked []api.User
	const processes = 4
	for range processes {
		cmd := exec.Command(os.Args[0]) //nolint:noctx // it is killed
		cmd.Env = append(os.Environ(), fileEnv+"="+file)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var u api.User
			require.NoError(t, json.Unmarshal(lines.Bytes(), &u))
			u.Version = 1 // JSON leaves it out
			acked = append(acked, u)
			if n == 20 {
				require.NoError(t, cmd.Process.Kill())
			}
		}
		require.Error(t, cmd.Wait())
	}
	s := opened(t, file)
	for _, u := range acked {
		got, err := s.Get(t.Context(), u.ID)
		require.NoError(t, err)
		require.Equal(t, u, got)
		again, err := s.Create(t.Context(), u.Name, draft(u.Name))
		require.NoError(t, err)
		require.Equal(t, u, again, "its key is there too")
	}
	var users, keys int
	var whole string
	row := s.pools.Read.QueryRowContext(t.Context(),
		`SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM keys), integrity_check FROM pragma_integrity_check`)
	require.NoError(t, row.Scan(&users, &keys, &whole))
	assert.Equal(t, "ok", whole)
	assert.Equal(t, users, keys, "no half of a call")
	assert.GreaterOrEqual(t, users, len(acked))
	assert.LessOrEqual(t, users, len(acked)+processes, "those that were at work")
}

// unavailable asserts that an error is a 503.
func unavailable(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, api.ErrUnavailable)
	assert.Equal(t, 503, api.ProblemOf(err).Status)
}

// SQLite has the error of a full disk for a file that may not grow, too.
func TestStore_onAFullDisk(t *testing.T) {
	t.Parallel()
	s := opened(t, filepath.Join(t.TempDir(), "users.db"))
	first, err := s.Create(t.Context(), "first", draft("first"))
	require.NoError(t, err)
	var pages int
	require.NoError(t, s.pools.Write.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages))
	limit := func(n int) {
		_, err := s.pools.Write.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, n))
		require.NoError(t, err)
	}
	limit(pages)
	long := draft(strings.Repeat("long", 1000))
	for range 2 * storetest.Connections {
		_, err = s.Create(t.Context(), "long", long)
		unavailable(t, err)
		assert.ErrorContains(t, err, "full")
		err = s.Tx(t.Context(), func(users api.Users) error {
			_, err := users.Update(t.Context(), first.ID, api.Match{}, api.Patch{Name: new("half")})
			assert.NoError(t, err)
			_, err = users.Create(t.Context(), "", long)
			return err
		})
		unavailable(t, err)
	}
	page, err := s.List(t.Context(), "", 10)
	require.NoError(t, err)
	assert.Equal(t, []api.User{first}, page.Users, "nothing half written")
	limit(pages + 100)
	_, err = s.Create(t.Context(), "long", long)
	assert.NoError(t, err, "there is room again, and the key was not used")
}

func TestStore_cancelsAQueryAtWork(t *testing.T) {
	t.Parallel()
	s := opened(t, filepath.Join(t.TempDir(), "users.db"))
	_, err := s.pools.Write.ExecContext(t.Context(), `
		ALTER TABLE users RENAME TO quick;
		CREATE VIEW users AS
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
			SELECT i AS serial, 'a' || i AS id, '' AS name, '' AS email, i AS version FROM n`)
	require.NoError(t, err)
	for range 2 * storetest.Connections {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := s.Get(ctx, "nobody") // of endless many
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
	}
	assert.NoError(t, s.Ping(t.Context()))
}

// Of another process with the same file nothing is known here but that it
// writes. Another store is as good.
func TestStore_besideAnother(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.db")
	s, other := opened(t, file), opened(t, file)
	ann, err := s.Create(t.Context(), "", draft("ann"))
	require.NoError(t, err)
	err = other.Tx(t.Context(), func(users api.Users) error {
		_, err := users.Update(t.Context(), ann.ID, api.Match{}, api.Patch{Name: new("Anna")})
		require.NoError(t, err)
		got, err := s.Get(t.Context(), ann.ID)
		require.NoError(t, err)
		assert.Equal(t, ann, got, "readers do not wait")
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, s.Delete(ctx, ann.ID, api.Match{}), context.DeadlineExceeded)
		_, err = s.pools.Write.ExecContext(t.Context(), `PRAGMA busy_timeout = 20`)
		require.NoError(t, err)
		unavailable(t, s.Delete(t.Context(), ann.ID, api.Match{}))
		return nil
	})
	require.NoError(t, err)
	assert.NoError(t, s.Delete(t.Context(), ann.ID, api.ParseMatch(`"2"`)))
}

func TestOpen_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "no", "users.db")
	_, err := Open(t.Context(), missing, 2)
	unavailable(t, err)
	assert.ErrorContains(t, err, missing)

	text := filepath.Join(t.TempDir(), "users.txt")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("ann\n", 1000)), 0o600))
	_, err = Open(t.Context(), text, 2)
	require.ErrorContains(t, err, "not a database")
	assert.NotErrorIs(t, err, api.ErrUnavailable, "to try again does not help")

	_, err = Open(t.Context(), text, 1)
	assert.ErrorContains(t, err, "one to write and one to read")
}

func TestOpen_readersCannotWrite(t *testing.T) {
	t.Parallel()
	s := opened(t, filepath.Join(t.TempDir(), "users.db"))
	_, err := s.pools.Read.ExecContext(t.Context(), `DELETE FROM users`)
	assert.Error(t, err)
}

func TestOpen_atOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users.db")
	parallel.Do(4, func(int) {
		s, err := Open(t.Context(), file, 2)
		if assert.NoError(t, err) {
			assert.NoError(t, s.Close())
		}
	})
}

func TestOpen_takesAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a?b=c#d.db", "%41 &.db", "ü.db"} {
		file := filepath.Join(t.TempDir(), name)
		opened(t, file)
		assert.FileExists(t, file)
	}
}

func TestStore_doesNotWaitForReaders(t *testing.T) {
	t.Parallel()
	s := opened(t, filepath.Join(t.TempDir(), "users.db"))
	for _, name := range []string{"ann", "bob"} {
		_, err := s.Create(t.Context(), "", draft(name))
		require.NoError(t, err)
	}
	rows, err := s.pools.Read.QueryContext(t.Context(), `SELECT name FROM users`)
	require.NoError(t, err)
	defer rows.Close()
	require.True(t, rows.Next())
	_, err = s.Create(t.Context(), "", draft("eve"))
	assert.NoError(t, err, "while somebody reads")
	require.True(t, rows.Next())
	assert.False(t, rows.Next(), "who sees what was there when he began")
	require.NoError(t, rows.Err())
}
