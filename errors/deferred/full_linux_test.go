package deferred

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// /dev/full takes no byte; no right is needed to open it.
func TestFullDevice(t *testing.T) {
	t.Parallel()
	open := func() *os.File {
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		return f
	}
	require.NoError(t, Overwritten(open(), strings.NewReader(rows)))
	none := strings.NewReader("") // so the first byte is written by Close
	require.NoError(t, CloseDropped(open(), none))
	require.NoError(t, UnnamedResult(open(), none))
	require.ErrorIs(t, Export(open(), none), syscall.ENOSPC)
	require.ErrorIs(t, Export(open(), strings.NewReader(rows)), syscall.ENOSPC)
}

// A file system of 64 KiB, with 4 KiB left.
func TestFullFileSystem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k")
	if err != nil {
		t.Skip("mounting takes root:", err)
	}
	t.Cleanup(func() {
		// A child that another test has forked, and that has not come to exec,
		// keeps the file system busy: detach it.
		assert.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH))
	})
	ballast := make([]byte, 60<<10)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ballast"), ballast, 0o600))
	create := func() *os.File {
		f, err := os.Create(filepath.Join(dir, "rows.gz"))
		require.NoError(t, err)
		return f
	}

	require.NoError(t, CloseDropped(create(), strings.NewReader(rows)))
	short, err := os.Open(filepath.Join(dir, "rows.gz"))
	require.NoError(t, err)
	defer func() { assert.NoError(t, short.Close()) }()
	got, err := unpack(short)
	require.Error(t, err, "the file is cut short, and CloseDropped said nothing")
	assert.Less(t, len(got), len(rows))

	err = Export(create(), strings.NewReader(rows))
	require.ErrorIs(t, err, syscall.ENOSPC)
}
