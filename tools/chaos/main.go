// Command chaos makes the go command build programs whose goroutines start late
// and out of order, and prints the flag that does so:
//
//	go test $(cd tools && GOWORK=off go run ./chaos -out ../.cache/chaos) ./goroutines/...
//
// No program can rely on the order that it changes, yet a P nearly always runs
// next what it has started last, or another P takes it at once. A test that is
// right only when its goroutines begin in time fails in one run of dozens
// instead of thousands: of one that stopped a server before the goroutine of
// Serve had begun, since mended, 98 of 6,000 runs failed (-cpu=1,2,8, on a busy
// machine), where 3 did without.
//
// The runtime is that of the Go at hand, changed by an overlay, and is compiled
// with all that imports it the first time. What is woken, rather than started,
// keeps its place: to make that late too was measured, and hid the bug above, as
// both sides of a race were late then.
//
// The idea is that of rr's chaos mode, which does it to threads.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	out := flag.String("out", "", "the folder to write the changed runtime and the overlay into")
	flag.Parse()
	overlay, err := write(*out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
	fmt.Println("-overlay=" + overlay)
}

// write writes the overlay for the Go at hand and returns its path, which is
// absolute: the go command may be run anywhere.
func write(dir string) (overlay string, err error) {
	if dir == "" {
		return "", errors.New("where to? Say -out DIR")
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	root, err := exec.CommandContext(context.Background(), "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src", "runtime", "proc.go")
	source, err := os.ReadFile(original)
	if err != nil {
		return "", fmt.Errorf("this Go came without its source: %w", err)
	}
	changed, err := unfair(string(source))
	if err != nil {
		return "", fmt.Errorf("%s: %w", original, err)
	}
	proc, overlay := filepath.Join(dir, "proc.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: proc}})
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	return overlay, errors.Join(os.WriteFile(proc, []byte(changed), 0o600), os.WriteFile(overlay, text, 0o600))
}

// unfair changes the source of runtime/proc.go.
func unfair(proc string) (string, error) {
	for _, c := range changes {
		if n := strings.Count(proc, c.fair); n != 1 {
			return "", fmt.Errorf("what chaos replaces in %s is there %d times, not once: this Go has another scheduler, for which it has to be written anew", c.where, n)
		}
		proc = strings.Replace(proc, c.fair, c.unfair, 1)
	}
	return proc, nil
}

var changes = []struct{ where, fair, unfair string }{
	// A P keeps what it has just started, to run next, and wakes another P that may
	// take it. A third goes to the end of the queue of all Ps instead, into which
	// each looks after its own, and for a third nobody is woken.
	{"newproc", `
		runqput(pp, newg, true)

		if mainStarted {
			wakep()
		}
`, `
		if mainStarted && randn(3) == 0 {
			lock(&sched.lock)
			globrunqput(newg)
			unlock(&sched.lock)
		} else {
			runqput(pp, newg, true)
		}

		if mainStarted && randn(3) != 0 {
			wakep()
		}
`},
	// What race mode does: half of what was started or woken is not run next.
	{"the scheduler", "\nconst randomizeScheduler = raceenabled\n", "\nconst randomizeScheduler = true\n"},
}
