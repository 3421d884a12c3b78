package lostupdate

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
	"example.com/goguide/detect/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bank returns a database in which Ann has 100 cents. One connection is enough:
// no statement needs another while it has one.
func bank(t *testing.T) *sql.DB {
	db, err := driver.Open("file::memory:", func(c *sqlite3.Conn) error {
		return c.Exec(`CREATE TABLE accounts (name TEXT PRIMARY KEY, cents INTEGER, version INTEGER DEFAULT 1);
			INSERT INTO accounts (name, cents) VALUES ('ann', 100)`)
	})
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	return db
}

// left returns what Ann has, and closes the bank.
func left(t *testing.T, db *sql.DB) int64 {
	cents, _, err := read(t.Context(), db, "ann")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return cents
}

// together returns a function that waits until it has been called n times, and
// waits for nobody later.
func together(n int) func() {
	var all sync.WaitGroup
	all.Add(n)
	var mu sync.Mutex
	return func() {
		mu.Lock()
		n--
		waits := n >= 0
		mu.Unlock()
		if waits {
			all.Done()
			all.Wait()
		}
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db, wait := bank(t), together(2)
		parallel.Do(2, func(i int) {
			err := Change(t.Context(), db, "ann", func(cents int64) int64 {
				wait() // both have read before one writes
				return cents - int64(20+10*i)
			})
			assert.NoError(t, err)
		})
		assert.EqualValues(t, 50, left(t, db))
	})
}

func TestReadThenWrite(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db, wait := bank(t), together(2)
		parallel.Do(2, func(i int) {
			err := ReadThenWrite(t.Context(), db, "ann", func(cents int64) int64 {
				wait()
				return cents - int64(20+10*i)
			})
			assert.NoError(t, err)
		})
		assert.Contains(t, []int64{70, 80}, left(t, db), "one of the two is lost")
	})
}

// The near-miss: one after the other, as in most tests, nothing is lost.
func TestReadThenWrite_oneAfterTheOther(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := bank(t)
		for i := range 2 {
			err := ReadThenWrite(t.Context(), db, "ann", func(cents int64) int64 { return cents - int64(20+10*i) })
			assert.NoError(t, err)
		}
		assert.EqualValues(t, 50, left(t, db))
	})
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		db := bank(t)
		errs := make([]error, 4)
		parallel.Do(4, func(i int) { errs[i] = Withdraw(t.Context(), db, "ann", 30) })
		refused := 0
		for _, err := range errs {
			if err != nil {
				assert.ErrorIs(t, err, ErrFunds)
				refused++
			}
		}
		assert.Equal(t, 1, refused)
		assert.EqualValues(t, 10, left(t, db))
	})
}

func TestCheckThenWithdraw(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		db, wait := bank(t), together(2)
		parallel.Do(2, func(int) {
			err := CheckThenWithdraw(t.Context(), db, "ann", 80, func() bool { wait(); return true })
			assert.NoError(t, err)
		})
		assert.EqualValues(t, -60, left(t, db))
	})
}
