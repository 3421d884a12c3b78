package pgtest

import (
	"context"
	"errors"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(Main(m)) }

func connect(t *testing.T, url string) *pgx.Conn {
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	return conn
}

func execute(t *testing.T, url, statement string) {
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

var notes = Template{Migrate: func(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE TABLE notes (note text); INSERT INTO notes VALUES ('first')")
	return errors.Join(err, conn.Close(ctx))
}}

func count(t *testing.T, url string) (n int) {
	conn := connect(t, url)
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM notes").Scan(&n))
	require.NoError(t, conn.Close(t.Context()))
	return n
}

func TestTemplate_Database_isATestsOwn(t *testing.T) {
	t.Parallel()
	one, two := notes.Database(t), notes.Database(t)
	execute(t, one, "INSERT INTO notes VALUES ('mine')")
	assert.Equal(t, 2, count(t, one))
	assert.Equal(t, 1, count(t, two))
}

func TestTemplate_Database_isDroppedEvenWhileSomebodyIsConnected(t *testing.T) {
	t.Parallel()
	var url string
	var left *pgx.Conn
	t.Run("uses it", func(t *testing.T) {
		url = notes.Database(t)
		left = connect(t, url)
	})
	assert.Error(t, left.Ping(t.Context()))
	_, err := pgx.Connect(t.Context(), url)
	assert.ErrorContains(t, err, "3D000", "no such database")
}

func TestCheck_wantsAURL(t *testing.T) {
	t.Parallel()
	assert.NoError(t, check("postgres://ann:hunter2@db/app?sslmode=disable"))
	for _, bad := range []string{"host=db password=hunter2", "mysql://hunter2@db/", "postgres://a b:hunter2"} {
		err := check(bad)
		assert.ErrorContains(t, err, "want postgres://", bad)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestServer_keepsWhatWasCommittedWhenItIsKilled(t *testing.T) {
	t.Parallel()
	s := Start(t)
	execute(t, s.URL(), "CREATE TABLE notes (note text)")
	execute(t, s.URL(), "INSERT INTO notes VALUES ('first')")
	for range 2 {
		require.NoError(t, s.Kill())
		require.NoError(t, s.Start())
		assert.Equal(t, 1, count(t, s.URL()))
	}
	require.NoError(t, s.Kill())
	u, err := url.Parse(s.URL())
	require.NoError(t, err)
	s.Close()
	assert.NoDirExists(t, u.Query().Get("host"), "nothing is left of one that is dead, either")
}
