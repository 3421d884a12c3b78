package deferredclose

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/detect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errQuota  = errors.New("quota exceeded")
	errBroken = errors.New("connection broken")
	errFull   = errors.New("no space left on device")
)

// An object holds what was written, once it was closed without an error.
type object struct {
	write, close error // what Write and Close return
	written      bytes.Buffer
	stored       string
	closed       int
}

func (o *object) Write(p []byte) (int, error) {
	if o.write != nil {
		return 0, o.write
	}
	return o.written.Write(p)
}

func (o *object) Close() error {
	o.closed++
	if o.close == nil {
		o.stored = o.written.String()
	}
	return o.close
}

const backup = "the backup of a day"

// broken has half of the backup and then a broken connection.
func broken() io.Reader {
	half := strings.NewReader(backup[:len(backup)/2])
	return io.MultiReader(half, iotest.ErrReader(errBroken))
}

func TestDropped(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		o := &object{close: errQuota}
		require.NoError(t, Dropped(o, strings.NewReader(backup)))
		assert.Equal(t, 1, o.closed)
		assert.Empty(t, o.stored)
	})
}

// The near-miss: what was only read loses nothing by a failed Close.
func TestDropped_whatWasOnlyRead(t *testing.T) {
	t.Parallel()
	type readCloser struct {
		io.Reader
		io.Closer
	}
	detect.Fix(t, func() {
		closed := &object{close: errQuota}
		got, err := func() ([]byte, error) {
			file := readCloser{strings.NewReader(backup), closed}
			defer func() { _ = file.Close() }()
			return io.ReadAll(file)
		}()
		require.NoError(t, err)
		assert.Equal(t, backup, string(got))
		assert.Equal(t, 1, closed.closed)
	})
}

func TestLogged(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var lines bytes.Buffer
		log := slog.New(slog.NewTextHandler(&lines, nil))
		o := &object{close: errQuota}
		require.NoError(t, Logged(log, o, strings.NewReader(backup)))
		assert.Contains(t, lines.String(), errQuota.Error())
		assert.Empty(t, o.stored)
	})
}

// The near-miss: the error of Copy does arrive, so the tests of that pass.
func TestLogged_ofCopy(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		o := &object{}
		err := Logged(slog.New(slog.DiscardHandler), o, broken())
		require.ErrorIs(t, err, errBroken)
		assert.Equal(t, 1, o.closed)
	})
}

func TestOverwritten(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		o := &object{}
		require.NoError(t, Overwritten(o, broken()))
		assert.Equal(t, backup[:len(backup)/2], o.stored)
	})
}

// The near-miss: an assignment that happens only where there is no error yet.
// It keeps the first of two errors, where Upload keeps both.
func TestOverwritten_onlyWhereThereIsNone(t *testing.T) {
	t.Parallel()
	upload := func(o *object, backup io.Reader) (err error) {
		defer func() {
			if cerr := o.Close(); err == nil {
				err = cerr
			}
		}()
		_, err = io.Copy(o, backup)
		return err
	}
	detect.Fix(t, func() {
		require.ErrorIs(t, upload(&object{}, broken()), errBroken)
		whole := strings.NewReader(backup)
		require.ErrorIs(t, upload(&object{close: errQuota}, whole), errQuota)
		err := upload(&object{close: errQuota}, broken())
		require.ErrorIs(t, err, errBroken)
		assert.NotErrorIs(t, err, errQuota)
	})
}

// The inner err of Upload is another variable than its result: return copies
// the one to the other before the closure runs.
func TestUpload_tellsWhicheverStepFailed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		o := &object{}
		require.NoError(t, Upload(o, strings.NewReader(backup)))
		assert.Equal(t, backup, o.stored)
		assert.Equal(t, 1, o.closed)

		o = &object{close: errQuota}
		require.ErrorIs(t, Upload(o, strings.NewReader(backup)), errQuota)

		o = &object{}
		require.ErrorIs(t, Upload(o, broken()), errBroken)
		assert.Equal(t, 1, o.closed)

		o = &object{close: errQuota}
		err := Upload(o, broken())
		require.ErrorIs(t, err, errQuota)
		const both = "uploading: connection broken\nquota exceeded"
		assert.EqualError(t, err, both, "in the order of the steps")
	})
}

var records = [][]string{{"id", "cents"}, {"7", "1200"}}

const asCSV = "id,cents\n7,1200\n"

func TestFlushedLate(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		full := &object{write: errFull}
		require.NoError(t, FlushedLate(full, slices.Values(records)))
		assert.Empty(t, full.written.String())
	})
}

// The near-miss: more records than the buffer of a csv.Writer holds, 4 KiB. The
// error that comes in the middle is kept and returned by the next Write.
func TestFlushedLate_moreThanTheBuffer(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		long := slices.Repeat(records, 1000)
		full := &object{write: errFull}
		require.ErrorIs(t, FlushedLate(full, slices.Values(long)), errFull)
	})
}

func TestWriteCSV_tellsOfTheFullDisk(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		full := &object{write: errFull}
		require.ErrorIs(t, WriteCSV(full, slices.Values(records)), errFull)
		long := slices.Repeat(records, 1000)
		require.ErrorIs(t, WriteCSV(full, slices.Values(long)), errFull)

		o := &object{}
		require.NoError(t, WriteCSV(o, slices.Values(records)))
		assert.Equal(t, asCSV, o.written.String())
	})
}

// A disk has the configuration of a service, and what is to replace it.
type disk struct {
	config string
	temp   object
}

func (d *disk) rename() error {
	d.config = d.temp.written.String()
	return nil
}

func limit10(w io.Writer) error {
	_, err := io.WriteString(w, "limit=10")
	return err
}

func TestRenamedFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		d := &disk{config: "limit=5", temp: object{write: errFull}}
		err := RenamedFirst(&d.temp, limit10, d.rename)
		require.ErrorIs(t, err, errFull)
		assert.Empty(t, d.config)
	})
}

// The near-miss: what failed before the rename is not renamed.
func TestRenamedFirst_whereWriteFails(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		d := &disk{config: "limit=5"}
		fail := func(io.Writer) error { return errBroken }
		err := RenamedFirst(&d.temp, fail, d.rename)
		require.ErrorIs(t, err, errBroken)
		assert.Equal(t, "limit=5", d.config)
	})
}

func TestReplace_renamesOnlyWhatIsComplete(t *testing.T) {
	t.Parallel()
	fail := func(io.Writer) error { return errBroken }
	for name, c := range map[string]struct {
		temp  object
		write func(io.Writer) error
		want  error
	}{
		"the disk is full": {object{write: errFull}, limit10, errFull},
		"close fails":      {object{close: errQuota}, limit10, errQuota},
		"write fails":      {object{}, fail, errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				d := &disk{config: "limit=5", temp: c.temp}
				err := Replace(&d.temp, c.write, d.rename)
				require.ErrorIs(t, err, c.want)
				assert.Equal(t, "limit=5", d.config)
				assert.Equal(t, 1, d.temp.closed)
			})
		})
	}
}

func TestReplace_renamesWhatIsClosed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		d := &disk{config: "limit=5"}
		require.NoError(t, Replace(&d.temp, limit10, func() error {
			assert.Equal(t, 1, d.temp.closed)
			return d.rename()
		}))
		assert.Equal(t, "limit=10", d.config)

		refuse := func() error { return errBroken }
		require.ErrorIs(t, Replace(&d.temp, limit10, refuse), errBroken)
	})
}
