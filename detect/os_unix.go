//go:build unix && !linux

package detect

import (
	"os"
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func askForStacks(p *os.Process) { _ = p.Signal(syscall.SIGQUIT) }
