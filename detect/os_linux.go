package detect

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// bindToParent makes the kernel kill the child when this process dies, and
// gives it a process group so that what it starts can be ended with it.
func bindToParent(cmd *exec.Cmd) (closeWatch func(), err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return func() {}, nil
}

// watchParent has nothing to do: Pdeathsig needs no goroutine, and one that
// waited here would hide every deadlock.
func watchParent() {}

const watchHidesDeadlock = false

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func askForStacks(p *os.Process) { _ = p.Signal(syscall.SIGQUIT) }

// clockTick is USER_HZ, 100 on every architecture that Go knows.
const clockTick = time.Second / 100

// cpuTime is the user and system time of a process, to 10 ms.
func cpuTime(pid int) time.Duration {
	f := statFields(fmt.Sprintf("/proc/%d/stat", pid))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(string(f[11]))
	system, _ := strconv.Atoi(string(f[12]))
	return time.Duration(user+system) * clockTick
}

// isDead reports whether the process has ended, be it waited for or not.
func isDead(pid int) bool {
	f := statFields(fmt.Sprintf("/proc/%d/stat", pid))
	return len(f) == 0 || f[0][0] == 'Z' || f[0][0] == 'X'
}

// isAsleep reports whether no thread of a process runs or wants to, nor one of
// the processes that it has started, for which it may be waiting.
func isAsleep(pid int) bool {
	if anyRunnable(pid) {
		return false
	}
	processes, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, p := range processes {
		f := statFields(p)
		if len(f) < 3 || string(f[2]) != strconv.Itoa(pid) { // the process group
			continue
		}
		other, _ := strconv.Atoi(filepath.Base(filepath.Dir(p)))
		if anyRunnable(other) {
			return false
		}
	}
	return true
}

func anyRunnable(pid int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, t := range tasks {
		if f := statFields(t); len(f) > 0 && (f[0][0] == 'R' || f[0][0] == 'D') {
			return true
		}
	}
	return false
}

// statFields returns what follows the command name, which may hold anything:
// the state first, utime and stime at 11 and 12. See proc(5).
func statFields(path string) [][]byte {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil // it is gone
	}
	return bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
}
