package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A mode is one way to build the tests.
type mode struct {
	name  string
	flags []string
	env   []string
}

func modes() []mode {
	plain := mode{name: "plain", env: []string{"CGO_ENABLED=0"}}
	if strings.HasPrefix(runtime.Version(), "go1.26") {
		plain.env = append(plain.env, "GOEXPERIMENT=goroutineleakprofile")
	}
	return []mode{{name: "race", flags: []string{"-race"}}, plain}
}

func (m mode) String() string {
	return strings.Join(append(m.env, append([]string{"go", "test"}, append(m.flags, "work")...)...), " ")
}

// A verdict is what detect.Bug and detect.Fix publish by t.Attr.
type verdict struct {
	Kind  string
	Name  string
	At    string
	Text  string
	Note  []string
	Mode  string
	Cells []struct{ Detector, State string }
	// Package is the import path, from the event that carried the verdict.
	Package string `json:"-"`
}

type event struct {
	Action, Package, Test, Output, Key, Value string
	Elapsed                                   float64
}

// test runs all tests of the workspace in one mode and shows each package as
// it is done.
func (m mode) test(ctx context.Context, root string, out io.Writer) (report, error) {
	fmt.Fprintln(out, "$", m)
	start := time.Now()
	args := append([]string{"test", "-json"}, append(m.flags, "work")...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), m.env...)
	cmd.Env = append(cmd.Env, "GOWORK=")
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return report{}, fmt.Errorf("running go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return report{}, fmt.Errorf("running go test: %w", err)
	}
	said, failed, readErr := read(pipe, out)
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return said, fmt.Errorf("%s: interrupted", m)
	case readErr != nil:
		return said, readErr
	case failed != "":
		return said, fmt.Errorf("%s failed\n%s", m, failed)
	case waitErr != nil:
		return said, fmt.Errorf("%s: %w", m, waitErr)
	}
	fmt.Fprintf(out, "  %s in %.0f s\n\n", m.name, time.Since(start).Seconds())
	return said, nil
}

// A report is what the tests publish.
type report struct {
	verdicts []verdict
	refusals []refusal
}

// read gathers what tests publish, and the output of what failed.
func read(r io.Reader, out io.Writer) (said report, failed string, err error) {
	output := map[string]*strings.Builder{}
	var failures strings.Builder
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				failures.Write(line) // the go command's own words
			} else {
				e.take(&said, output, &failures, out)
			}
		}
		if err == io.EOF {
			return said, failures.String(), nil
		}
		if err != nil {
			return said, "", fmt.Errorf("reading go test: %w", err)
		}
	}
}

// take handles one event of go test -json.
func (e event) take(said *report, output map[string]*strings.Builder, failures *strings.Builder, out io.Writer) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if output[key] == nil {
			output[key] = new(strings.Builder)
		}
		output[key].WriteString(e.Output)
		if e.Action == "build-output" {
			failures.WriteString(e.Output)
		}
	case "attr":
		v, r := verdict{Package: e.Package}, refusal{Package: e.Package}
		switch {
		case e.Key == "detect" && json.Unmarshal([]byte(e.Value), &v) == nil:
			said.verdicts = append(said.verdicts, v)
		case e.Key == "refused" && json.Unmarshal([]byte(e.Value), &r) == nil:
			said.refusals = append(said.refusals, r)
		}
	case "fail":
		if b := output[key]; b != nil {
			failures.WriteString(b.String())
		}
	}
	if e.Test == "" && (e.Action == "pass" || e.Action == "fail") {
		fmt.Fprintf(out, "  %-4s  %-50s %6.1f s\n", e.Action, e.Package, e.Elapsed)
	}
}
