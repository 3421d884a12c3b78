// Package pinned has the commands that go generate builds into .cache: buf and
// grpc-health-probe, of the versions that tools/rpc pins.
package pinned

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Command returns a command that ends with t. Root is the path from the test's
// folder to that of the repository. Where go generate has not run, t is skipped,
// and fails where CI is set.
func Command(t *testing.T, root, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, ".cache", name))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI builds it first:", err)
		}
		t.Skip("go generate builds it:", err)
	}
	return exec.CommandContext(t.Context(), path, args...)
}
