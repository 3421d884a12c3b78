package opentx

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

// bank returns a database of one connection. Ann has 100, Bob nothing.
func bank(t *testing.T) *sql.DB {
	db, err := driver.Open("file::memory:", func(c *sqlite3.Conn) error {
		return c.Exec(`CREATE TABLE accounts (name TEXT PRIMARY KEY, cents INTEGER);
			INSERT INTO accounts VALUES ('ann', 100), ('bob', 0)`)
	})
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	return db
}

// have returns what Ann and Bob have, and closes the bank.
func have(t *testing.T, db *sql.DB) (ann, bob int) {
	row := db.QueryRowContext(t.Context(),
		`SELECT (SELECT cents FROM accounts WHERE name = 'ann'), (SELECT cents FROM accounts WHERE name = 'bob')`)
	require.NoError(t, row.Scan(&ann, &bob))
	require.NoError(t, db.Close())
	return ann, bob
}

func TestMove(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := bank(t)
		ctx := context.Background()
		require.NoError(t, Move(ctx, db, "ann", "bob", 30))
		require.ErrorIs(t, Move(ctx, db, "ann", "bob", 71), ErrFunds)
		require.ErrorIs(t, Move(ctx, db, "nobody", "bob", 1), sql.ErrNoRows)
		require.NoError(t, Move(ctx, db, "ann", "bob", 70))
		ann, bob := have(t, db)
		assert.Equal(t, 0, ann)
		assert.Equal(t, 100, bob)
	})
}

func TestMoveOpen(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := bank(t)
		ctx := context.Background()
		require.ErrorIs(t, MoveOpen(ctx, db, "ann", "bob", 101), ErrFunds)
		_ = MoveOpen(ctx, db, "ann", "bob", 1)
	})
}

// The near-miss: a ctx that ends, as that of a request does, ends the
// transaction too. What it leaves is for a caller with another ctx.
func TestMoveOpen_ofARequest(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := bank(t)
		ctx, end := context.WithCancel(context.Background())
		require.ErrorIs(t, MoveOpen(ctx, db, "ann", "bob", 101), ErrFunds)
		end()
		require.NoError(t, MoveOpen(context.Background(), db, "ann", "bob", 1))
		ann, bob := have(t, db)
		assert.Equal(t, 99, ann)
		assert.Equal(t, 1, bob)
	})
}

// panics calls f as a server does, which recovers.
func panics(t *testing.T, f func()) {
	defer func() { assert.Equal(t, "boom", recover()) }()
	f()
}

func TestTx_rollsBackOnAPanic(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := bank(t)
		ctx := context.Background()
		panics(t, func() {
			_ = Tx(ctx, db, func(tx *sql.Tx) error {
				assert.NoError(t, add(ctx, tx, "bob", 50))
				panic("boom")
			})
		})
		_, bob := have(t, db)
		assert.Zero(t, bob)
	})
}

func TestTxByHand(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := bank(t)
		ctx := context.Background()
		panics(t, func() { _ = TxByHand(ctx, db, func(*sql.Tx) error { panic("boom") }) })
		_ = TxByHand(ctx, db, func(*sql.Tx) error { return nil })
	})
}

func TestMoveDeferred(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db := bank(t)
		require.ErrorIs(t, MoveDeferred(context.Background(), db, "ann", "bob", 101), ErrFunds)
		ann, bob := have(t, db)
		assert.Equal(t, 100, ann)
		assert.Equal(t, 101, bob, "from nowhere")
	})
}

func TestMoveBeside(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { _ = MoveBeside(context.Background(), bank(t), "ann", "bob", 1) })
}
