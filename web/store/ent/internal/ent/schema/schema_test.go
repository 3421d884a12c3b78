package schema_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/web/store/ent/internal/ent/migrate"
	"example.com/goguide/web/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The schema says a second time what the migrations say.
func TestSchema_isThatOfTheMigrations(t *testing.T) {
	t.Parallel()
	pools, err := sqlite.OpenPools(t.Context(), filepath.Join(t.TempDir(), "users.db"), 2)
	require.NoError(t, err)
	defer func() { assert.NoError(t, pools.Close()) }()
	require.Len(t, migrate.Tables, 2)
	for _, table := range migrate.Tables {
		var says, has []string
		for _, c := range table.Columns {
			says = append(says, c.Name)
		}
		rows, err := pools.Read.QueryContext(t.Context(), `SELECT name FROM pragma_table_info(?)`, table.Name)
		require.NoError(t, err)
		for rows.Next() {
			var name string
			require.NoError(t, rows.Scan(&name))
			has = append(has, name)
		}
		require.NoError(t, rows.Err())
		slices.Sort(says)
		slices.Sort(has)
		assert.Equal(t, has, says, table.Name)
	}
}
