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
func (m mode) test(ctx context.Context, root string, out io.Writer) ([]verdict, error) {
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
		return nil, fmt.Errorf("running go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("running go test: %w", err)
	}
	vs, failed, readErr := read(pipe, out)
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: interrupted", m)
	case readErr != nil:
		return nil, readErr
	case failed != "":
		return nil, fmt.Errorf("%s failed\n%s", m, failed)
	case waitErr != nil:
		return nil, fmt.Errorf("%s: %w", m, waitErr)
	}
	fmt.Fprintf(out, "  %s in %.0f s\n\n", m.name, time.Since(start).Seconds())
	return vs, nil
}

// read gathers the verdicts, and the output of what failed.
func read(r io.Reader, out io.Writer) (vs []verdict, failed string, err error) {
	output := map[string]*strings.Builder{}
	var failures strings.Builder
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				failures.Write(line) // the go command's own words
			} else if v, ok := e.take(output, &failures, out); ok {
				vs = append(vs, v)
			}
		}
		if err == io.EOF {
			return vs, failures.String(), nil
		}
		if err != nil {
			return nil, "", fmt.Errorf("reading go test: %w", err)
		}
	}
}

// take handles one event of go test -json.
func (e event) take(output map[string]*strings.Builder, failures *strings.Builder, out io.Writer) (verdict, bool) {
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
		var v verdict
		if e.Key == "detect" && json.Unmarshal([]byte(e.Value), &v) == nil {
			v.Package = e.Package
			return v, true
		}
	case "fail":
		if b := output[key]; b != nil {
			failures.WriteString(b.String())
		}
	}
	if e.Test == "" && (e.Action == "pass" || e.Action == "fail") {
		fmt.Fprintf(out, "  %-4s  %-50s %6.1f s\n", e.Action, e.Package, e.Elapsed)
	}
	return verdict{}, false
}
