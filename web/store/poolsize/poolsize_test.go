package poolsize

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
	"time"

	sqlite "github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory makes connections to a database in memory, an empty one each.
func memory(t *testing.T) driver.Connector {
	c, err := new(sqlite.SQLite).OpenConnector("file::memory:")
	require.NoError(t, err)
	return c
}

// shop returns a database of one connection, with a cup and a jug.
func shop(t *testing.T) *sql.DB {
	// Not Open, whose idle time has a timer: see the package comment.
	db := sql.OpenDB(memory(t))
	db.SetMaxOpenConns(1)
	_, err := db.ExecContext(t.Context(), `
		CREATE TABLE shelves (warehouse TEXT, article TEXT);
		CREATE TABLE units (article TEXT, units INTEGER);
		INSERT INTO shelves VALUES ('north', 'cup'), ('north', 'jug'), ('south', 'cup');
		INSERT INTO units VALUES ('cup', 3), ('jug', 1)`)
	require.NoError(t, err)
	return db
}

// burst takes n connections at once and gives them back.
func burst(t *testing.T, db *sql.DB, n int) {
	conns := make([]*sql.Conn, n)
	for i := range conns {
		var err error
		conns[i], err = db.Conn(t.Context())
		require.NoError(t, err)
	}
	for _, c := range conns {
		require.NoError(t, c.Close())
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := Open(memory(t), 16)
		for range 3 {
			burst(t, db, 16)
		}
		assert.Equal(t, 16, db.Stats().OpenConnections)
		assert.Zero(t, db.Stats().MaxIdleClosed)
		require.NoError(t, db.Close())
	})
}

func TestOpen_hasALimit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := Open(memory(t), 1)
		c, err := db.Conn(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, db.PingContext(ctx), context.DeadlineExceeded)
		assert.Equal(t, 1, db.Stats().OpenConnections)
		require.NoError(t, errors.Join(c.Close(), db.Close()))
	})
}

func TestOpenUnlimited(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := OpenUnlimited(memory(t))
		burst(t, db, 200)
		stats := db.Stats()
		assert.EqualValues(t, 200, stats.MaxIdleClosed+int64(stats.OpenConnections))
		require.NoError(t, db.Close())
	}, detect.Within(time.Minute))
}

func TestOpenFewIdle(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := OpenFewIdle(memory(t), 16)
		for range 3 {
			burst(t, db, 16)
		}
		assert.EqualValues(t, 3*14, db.Stats().MaxIdleClosed)
		require.NoError(t, db.Close())
	})
}

func TestStock(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := shop(t)
		got, err := Stock(context.Background(), db, "north")
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"cup": 3, "jug": 1}, got)
		require.NoError(t, db.Close())
	})
}

func TestStockInLoop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _, _ = StockInLoop(context.Background(), shop(t), "north") })
}

// The near-miss: a warehouse without articles needs no second connection.
func TestStockInLoop_empty(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := shop(t)
		got, err := StockInLoop(context.Background(), db, "west")
		require.NoError(t, err)
		assert.Empty(t, got)
		require.NoError(t, db.Close())
	})
}

// slow orders a cup, and meanwhile asks for the stock, with patience.
func slow(t *testing.T, patience time.Duration, order func(context.Context, *sql.DB, string, func(context.Context) error) error) (stock error) {
	db := shop(t)
	err := order(t.Context(), db, "cup", func(ctx context.Context) error {
		short, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_, stock = Stock(short, db, "north")
		return nil
	})
	require.NoError(t, err)
	got, err := Stock(t.Context(), db, "south")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"cup": 2}, got)
	require.NoError(t, db.Close())
	return stock
}

func TestOrder(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.NoError(t, slow(t, time.Minute, Order)) })
}

func TestOrder_ofWhatIsGone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := shop(t)
		pay := func(context.Context) error { return nil }
		require.NoError(t, Order(t.Context(), db, "jug", pay))
		assert.ErrorContains(t, Order(t.Context(), db, "jug", pay), "none left")
		broke := errors.New("no money")
		assert.ErrorIs(t, Order(t.Context(), db, "cup", func(context.Context) error { return broke }), broke)
		require.NoError(t, db.Close())
	})
}

func TestOrderInTx(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { assert.ErrorIs(t, slow(t, 20*time.Millisecond, OrderInTx), context.DeadlineExceeded) })
}
