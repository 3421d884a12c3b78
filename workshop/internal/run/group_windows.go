package run

import (
	"os/exec"
	"strconv"
	"syscall"
)

// own gives the command a process group of its own.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// kill ends the command and all that it has started. Windows has no signal to
// a group; taskkill follows the parents.
func kill(cmd *exec.Cmd) error {
	if cmd.ProcessState != nil {
		return nil // its number may be somebody else's by now
	}
	pid := strconv.Itoa(cmd.Process.Pid)
	if err := exec.Command("taskkill", "/T", "/F", "/PID", pid).Run(); err != nil {
		return cmd.Process.Kill()
	}
	return nil
}
