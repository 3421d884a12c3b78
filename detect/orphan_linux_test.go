package detect

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However a test binary ends, its children end with it.
func TestConsumer_leavesNoOrphan(t *testing.T) {
	t.Parallel()
	binary := buildConsumer(t, "stuck")
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), binary, "-test.run=TestStuck")
			cmd.Dir = filepath.Join("testdata", "consumer")
			require.NoError(t, cmd.Start())
			var kids []string
			require.Eventually(t, func() bool {
				kids = childrenOf(cmd.Process.Pid)
				return len(kids) > 0
			}, 20*time.Second, 10*time.Millisecond, "no child was started")
			require.NoError(t, cmd.Process.Signal(sig))
			require.Error(t, cmd.Wait())
			for _, pid := range kids {
				assert.Eventually(t, func() bool { return gone(pid) }, 20*time.Second, 10*time.Millisecond, pid)
			}
		})
	}
}

func childrenOf(pid int) []string {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var all []string
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		all = append(all, strings.Fields(string(text))...)
	}
	return all
}

// gone reports whether a process is no more, or a zombie that nobody reaps.
func gone(pid string) bool {
	f := statFields("/proc/" + pid + "/stat")
	return len(f) == 0 || f[0][0] == 'Z'
}
