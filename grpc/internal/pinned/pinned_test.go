package pinned

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommand(t *testing.T) {
	t.Setenv("CI", "")
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, ".cache"), 0o700))
	const script = "#!/bin/sh\necho \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, ".cache", "tool"), []byte(script), 0o700)) //nolint:gosec // is run
	out, err := Command(t, root, "tool", "a", "b").Output()
	require.NoError(t, err)
	assert.Equal(t, "a b\n", string(out))

	skipped := false
	t.Run("what is not built", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		Command(t, root, "other")
	})
	assert.True(t, skipped)
}
