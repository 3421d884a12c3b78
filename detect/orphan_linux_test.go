package detect

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However a test binary ends, its children end with it.
func TestConsumer_leavesNoOrphan(t *testing.T) {
	t.Parallel()
	heedInterrupts(t)
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
			}, time.Minute, 10*time.Millisecond, "no child was started")
			require.NoError(t, cmd.Process.Signal(sig))
			require.Error(t, cmd.Wait())
			for _, pid := range kids {
				assert.Eventually(t, func() bool { return gone(pid) }, time.Minute, 10*time.Millisecond, pid)
			}
		})
	}
}

// heedInterrupts undoes what a shell without job control does to a command in
// the background: it ignores SIGINT, and so would each process it starts.
func heedInterrupts(t *testing.T) {
	t.Helper()
	if !signal.Ignored(os.Interrupt) {
		return
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) // what is caught here has its default in a new process
	t.Cleanup(func() { signal.Stop(c) })
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

// A child that has exited and was not waited for yet has no thread that runs,
// but it does not hang either.
func TestSupervisor_theDeadAreNeverLate(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "true")
	require.NoError(t, cmd.Start())
	defer func() { require.NoError(t, cmd.Wait()) }()
	require.Eventually(t, func() bool { return isAsleep(cmd.Process.Pid) && isDead(cmd.Process.Pid) }, time.Minute, tick)
	s := &supervisor{cmd: cmd, printed: new(atomic.Int64)}
	over := s.patience(time.Nanosecond, stuckScenario)
	for range 10 {
		require.False(t, over())
	}
}

// What a look takes is not lateness: a machine on which each took longer than
// some ticks would keep every child that hangs for ten times its limit, and look
// all the while.
func TestSupervisor_slowLooksAreNotLate(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sleep", "600")
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Process.Kill(); require.Error(t, cmd.Wait(), "it was killed") }()
	s := &supervisor{cmd: cmd, printed: new(atomic.Int64)}
	for name, c := range map[string]struct {
		look, wait time.Duration
		late       bool
	}{
		"quick looks":   {0, tick, false},
		"slow looks":    {10 * tick, tick, false},
		"seldom a look": {0, 10 * tick, true}, // nor has anybody read what the child printed
		"slow and late": {10 * tick, 10 * tick, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			over := s.patienceBy(func(int) bool { time.Sleep(c.look); return true }, time.Second, stuckScenario)
			for !over() {
				time.Sleep(c.wait)
			}
			if took := time.Since(start); c.late {
				assert.GreaterOrEqual(t, took, starved*time.Second, name)
			} else {
				assert.Less(t, took, 2*time.Second, name)
			}
		})
	}
}

// A child that waits for a process of its own is not asleep while that one runs
// or wants to.
func TestSupervisor_whoWaitsForARunningProcessIsNotAsleep(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "(while :; do :; done) & wait")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	group := cmd.Process.Pid
	require.Eventually(t, func() bool { return !anyRunnable(group) && !isAsleep(group) }, time.Minute, tick)
	killGroup(group)
	require.Error(t, cmd.Wait(), "it was killed")
}
