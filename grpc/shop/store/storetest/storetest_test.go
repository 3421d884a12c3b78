package storetest

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(Main(m)) }

func TestEach_hasPlacesOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	t.Run("two", func(t *testing.T) {
		for range 2 {
			Each(t, func(_ *testing.T, place string) {
				shared.mu.Lock()
				defer shared.mu.Unlock()
				seen[place] = true
			})
		}
	})
	assert.Len(t, seen, 4)
}

func TestPostgres_isDropped(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("uses it", func(t *testing.T) {
		dsn = Postgres(t)
		c, err := pgx.Connect(t.Context(), dsn)
		require.NoError(t, err)
		require.NoError(t, errors.Join(c.Ping(t.Context()), c.Close(t.Context())))
	})
	_, err := pgx.Connect(t.Context(), dsn)
	assert.ErrorContains(t, err, "3D000", "no such database")
}
