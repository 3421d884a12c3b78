package deferred

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errBroken = errors.New("connection broken")
	errClose  = errors.New("quota exceeded")
)

// A file is on a disk that has room for so many bytes more.
type file struct {
	room   int
	close  error // what Close returns
	closed int
	bytes.Buffer
}

func (f *file) Write(p []byte) (int, error) {
	if len(p) > f.room {
		n, _ := f.Buffer.Write(p[:f.room])
		f.room = 0
		return n, syscall.ENOSPC
	}
	f.room -= len(p)
	return f.Buffer.Write(p)
}

func (f *file) Close() error {
	f.closed++
	return f.close
}

// rows cannot be compressed, and fit into the memory of a gzip.Writer.
var rows = func() string {
	b := make([]byte, 20<<10)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return string(b)
}()

// unpack returns what can be read of an exported file.
func unpack(r io.Reader) (string, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return string(b), err
}

func TestCloseDropped(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		full := &file{room: 4 << 10}
		require.NoError(t, CloseDropped(full, strings.NewReader(rows)))
		got, err := unpack(full)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the file is cut short")
		assert.Less(t, len(got), len(rows))
		assert.Equal(t, 1, full.closed)
	})
}

// The near-miss: with room on the disk the same code loses nothing, so its
// tests pass.
func TestCloseDropped_withRoom(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		f := &file{room: 1 << 20}
		require.NoError(t, CloseDropped(f, strings.NewReader(rows)))
		got, err := unpack(f)
		require.NoError(t, err)
		assert.Equal(t, rows, got)
	})
}

func TestExport_tellsOfTheFullDisk(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		full := &file{room: 4 << 10}
		err := Export(full, strings.NewReader(rows))
		require.ErrorIs(t, err, syscall.ENOSPC)
		assert.Equal(t, 1, full.closed)
	})
}

func TestExport_writesAll(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{"rows": rows, "no rows": ""} {
		f := &file{room: 1 << 20}
		require.NoError(t, Export(f, strings.NewReader(rows)), name)
		got, err := unpack(f)
		require.NoError(t, err, name)
		assert.Equal(t, rows, got, name)
		assert.Equal(t, 1, f.closed, name)
	}
}

func TestExport_tellsOfTheFilesClose(t *testing.T) {
	t.Parallel()
	f := &file{room: 1 << 20, close: errClose}
	require.ErrorIs(t, Export(f, strings.NewReader(rows)), errClose)
}

// broken has the first rows and then a broken connection.
func broken() io.Reader {
	return io.MultiReader(strings.NewReader(rows), iotest.ErrReader(errBroken))
}

func TestExport_keepsBothErrors(t *testing.T) {
	t.Parallel()
	f := &file{room: 1 << 20, close: errClose}
	err := Export(f, broken())
	require.ErrorIs(t, err, errBroken)
	require.ErrorIs(t, err, errClose)
	assert.Equal(t, "exporting: connection broken\nclosing: quota exceeded",
		err.Error(), "in the order of the steps")
}

func TestOverwritten(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		f := &file{room: 1 << 20}
		require.NoError(t, Overwritten(f, broken()))
		assert.Equal(t, len(rows), f.Len(), "of more")
		assert.Equal(t, 1, f.closed)
	})
}

// The near-miss: what Close returns does arrive.
func TestOverwritten_byCloseAlone(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		f := &file{room: 1 << 20, close: errClose}
		assert.ErrorIs(t, Overwritten(f, strings.NewReader(rows)), errClose)
	})
}

func TestUnnamedResult(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		full := &file{room: 4 << 10, close: errClose}
		require.NoError(t, UnnamedResult(full, strings.NewReader(rows)))
		_, err := unpack(full)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

// The near-miss: an error from before the return is returned.
func TestUnnamedResult_ofCopy(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		f := &file{room: 1 << 20}
		assert.ErrorIs(t, UnnamedResult(f, broken()), errBroken)
	})
}

func TestCloseInto_leavesALoneErrorAsItIs(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		err := io.EOF
		CloseInto(&err, &file{})
		assert.Same(t, io.EOF, err)
		assert.NotSame(t, io.EOF, errors.Join(io.EOF, nil))

		err = nil
		CloseInto(&err, &file{})
		require.NoError(t, err)
		CloseInto(&err, &file{close: errClose})
		assert.ErrorIs(t, err, errClose)
	})
}

// A disk hands out files while there are descriptors left.
type disk struct {
	left int
	got  *file
}

func (d *disk) open(name string) (io.ReadCloser, error) {
	if d.left == 0 {
		return nil, syscall.EMFILE
	}
	d.left--
	d.got = &file{room: 1 << 20}
	d.got.WriteString(name)
	return descriptor{d, d.got}, nil
}

type descriptor struct {
	*disk
	io.Reader
}

func (d descriptor) Close() error {
	d.left++
	return nil
}

func TestDeferInLoop(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		d := &disk{left: 2}
		_, err := DeferInLoop(d.open, "a", "bc", "def")
		require.ErrorIs(t, err, syscall.EMFILE)
		assert.Equal(t, 2, d.left, "closed in the end")
	})
}

// The near-miss: few files.
func TestDeferInLoop_fewFiles(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		d := &disk{left: 2}
		n, err := DeferInLoop(d.open, "a", "bc")
		require.NoError(t, err)
		assert.EqualValues(t, 3, n)
	})
}

func TestSize_needsOneDescriptor(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		d := &disk{left: 1}
		n, err := Size(d.open, "a", "bc", "def")
		require.NoError(t, err)
		assert.EqualValues(t, 6, n)
		assert.Equal(t, 1, d.left)
	})
}

func TestSize_namesTheFileThatFailed(t *testing.T) {
	t.Parallel()
	fails := func(f io.ReadCloser, failed error) error {
		_, err := Size(func(name string) (io.ReadCloser, error) {
			if name == "b" {
				return f, failed
			}
			return io.NopCloser(strings.NewReader(name)), nil
		}, "a", "b", "c")
		return err
	}
	type failing struct {
		io.Reader
		io.Closer
	}
	err := fails(nil, errBroken)
	require.EqualError(t, err, "b: opening: connection broken")
	f := &file{}
	err = fails(failing{iotest.ErrReader(errBroken), f}, nil)
	require.EqualError(t, err, "b: reading: connection broken")
	assert.Equal(t, 1, f.closed)
	err = fails(failing{strings.NewReader("b"), &file{close: errClose}}, nil)
	require.EqualError(t, err, "b: closing: quota exceeded")
}

// A tx counts, and says like an *sql.Tx when it is over.
type tx struct {
	commit, rollback      error // what the database answers
	committed, rolledBack int
	asked                 int // calls of Rollback, be it over or not
	over                  bool
}

var _ Tx = (*sql.Tx)(nil)

func (t *tx) Commit() error { return t.end(&t.committed, t.commit) }

func (t *tx) Rollback() error {
	t.asked++
	return t.end(&t.rolledBack, t.rollback)
}

func (t *tx) end(n *int, answer error) error {
	if t.over {
		return sql.ErrTxDone
	}
	t.over = true
	*n++
	return answer
}

func fail() error    { return errBroken }
func succeed() error { return nil }

func TestRollbackDropped(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		tx := &tx{rollback: errClose}
		err := RollbackDropped(tx, fail)
		require.ErrorIs(t, err, errBroken)
		assert.NotErrorIs(t, err, errClose)
		assert.Equal(t, 1, tx.rolledBack)
	})
}

// The near-miss: as long as Rollback works there is nothing to lose.
func TestRollbackDropped_thatWorked(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		tx := &tx{}
		require.ErrorIs(t, RollbackDropped(tx, fail), errBroken)
		assert.Equal(t, 1, tx.rolledBack)
	})
}

func TestRollbackAlways(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		tx := &tx{}
		err := RollbackAlways(tx, succeed)
		require.ErrorIs(t, err, sql.ErrTxDone)
		assert.Equal(t, 1, tx.committed, "and yet it is done")
	})
}

// The near-miss: a deferred Rollback whose error is dropped does no harm after
// Commit. It is the form of database/sql's own documentation, and it loses the
// error of a Rollback that was needed.
func TestRollbackAlways_butUnheard(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		tx := &tx{}
		err := func() error {
			defer func() { _ = tx.Rollback() }()
			return tx.Commit()
		}()
		require.NoError(t, err)
		assert.Equal(t, 1, tx.committed)
		assert.Zero(t, tx.rolledBack)
	})
}

func TestInTx(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tx                    tx
		work                  func() error
		want                  string
		is                    []error
		committed, rolledBack int
	}{
		"commits":                       {work: succeed, committed: 1},
		"tells of a failed commit":      {tx: tx{commit: errClose}, work: succeed, want: "committing: quota exceeded", is: []error{errClose}, committed: 1},
		"rolls back after a failure":    {work: fail, want: "connection broken", is: []error{errBroken}, rolledBack: 1},
		"keeps the rollback's error":    {tx: tx{rollback: errClose}, work: fail, want: "connection broken\nrolling back: quota exceeded", is: []error{errBroken, errClose}, rolledBack: 1},
		"takes one that is over for ok": {tx: tx{over: true}, work: fail, want: "connection broken", is: []error{errBroken}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				tx := c.tx
				err := InTx(&tx, c.work)
				if c.want == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, c.want)
				}
				for _, target := range c.is {
					require.ErrorIs(t, err, target)
				}
				assert.Equal(t, c.committed, tx.committed)
				assert.Equal(t, c.rolledBack, tx.rolledBack)
				if c.committed > 0 {
					assert.Zero(t, tx.asked, "nothing after Commit")
				}
			})
		})
	}
}

func TestInTx_rollsBackWhenWorkPanics(t *testing.T) {
	t.Parallel()
	tx := &tx{}
	assert.PanicsWithValue(t, "boom", func() {
		_ = InTx(tx, func() error { panic("boom") })
	})
	assert.Equal(t, 1, tx.rolledBack)
}
