package detect

import (
	"os"
	"os/exec"
	"strconv"
)

func ownGroup(*exec.Cmd) {}

// killGroup ends the child and what it started. It is called after the child
// has exited as well, where taskkill finds nothing and says so to nobody.
func killGroup(pid int) { _ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run() }

// Windows has no SIGQUIT: the report of a hang holds no stacks there.
func askForStacks(*os.Process) {}
