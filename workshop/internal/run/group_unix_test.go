//go:build !windows

package run_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/goguide/workshop/internal/run"
	"example.com/goguide/workshop/internal/sample"
)

// A child of the attendee's code holds one end of a pipe. The other end sees
// the end of file once the child is gone, and not before.
func TestCheck_endsWhatWasStarted(t *testing.T) {
	for name, then := range map[string]string{
		"when it hangs":  "select {}",
		"when it passes": "return a + b",
	} {
		t.Run(name, func(t *testing.T) {
			shipped := sample.Add()
			shipped["exercise.md"] = strings.Replace(shipped["exercise.md"], "20s", "1s", 1)
			x := exercise(t, shipped)
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			pipe, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = pipe.Close() }()
			sample.Write(t, x.Edited(), fmt.Sprintf(`package add

import (
	"os"
	"os/exec"
)

func Add(a, b int) int {
	pipe, err := os.OpenFile(%q, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	child := exec.Command("sleep", "1000")
	child.Stdout = pipe
	if err := child.Start(); err != nil {
		panic(err)
	}
	pipe.WriteString("x")
	pipe.Close()
	%s
}
`, fifo, then))
			v := check(t, x)
			if v.Result != run.Hang && v.Result != run.Passed {
				t.Fatalf("got %+v", v)
			}
			text, err := io.ReadAll(pipe)
			if err != nil || len(text) == 0 {
				t.Errorf("the child wrote %q, %v", text, err)
			}
		})
	}
}
