package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/sync/errgroup"
)

// A mode is one way to build the tests.
type mode struct {
	name     string
	env      []string
	command  []string // prints what go test -json prints
	dirs     []string // where it runs, two at a time, from the root
	readable string   // the command as one would type it
}

// modes are the README's own command, and each module alone: without go.work, as
// it is for who imports it. Neither vets: that goes over every dependency in each
// mode, and is a step of its own. If parts are named, both run only these; if
// artifacts names a folder, the tests leave their reports there.
func modes(root, artifacts string, parts []string) ([]mode, error) {
	modules, err := members(root)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if !slices.Contains(modules, "./"+p) {
			return nil, fmt.Errorf("%q is no folder that go.work uses", p)
		}
	}
	// A test that waits, for a limit or for goleak, needs no CPU, and one with
	// -race waits a second at its end. So there are twice as many as CPUs.
	n := runtime.NumCPU()
	race := mode{
		name:     "race",
		command:  []string{"make", "-s", "test", fmt.Sprintf("FLAGS=-json -vet=off -p=%d", 2*n)},
		dirs:     []string{"."},
		readable: "make test",
	}
	plain := mode{
		name:    "plain",
		env:     []string{"GOWORK=off", "CGO_ENABLED=0"},
		command: []string{"go", "test", "-json", "-vet=off", fmt.Sprintf("-p=%d", n), "./..."},
		dirs:    modules,
	}
	if strings.HasPrefix(runtime.Version(), "go1.26") {
		plain.env = append(plain.env, "GOEXPERIMENT=goroutineleakprofile")
	}
	plain.readable = strings.Join(plain.env, " ") + " go test ./..."
	if len(parts) > 0 {
		plain.dirs = parts
		race.dirs, race.command, race.readable = parts, []string{"go", "test", "-race", "-json", "-vet=off", "./..."}, "go test -race ./..."
	}
	if artifacts != "" {
		race.keep(artifacts)
		plain.keep(artifacts)
	}
	return []mode{race, plain}, nil
}

// keep makes the tests leave their reports in a folder.
func (m *mode) keep(dir string) {
	flags := []string{"-artifacts", "-outputdir=" + dir}
	if m.command[0] == "make" {
		m.command[len(m.command)-1] += " " + strings.Join(flags, " ")
		return
	}
	m.command = slices.Insert(m.command, 2, flags...)
}

// members are the folders that go.work uses.
func members(root string) ([]string, error) {
	file := filepath.Join(root, "go.work")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the workspace: %w", err)
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the workspace: %w", err)
	}
	var dirs []string
	for _, use := range work.Use {
		dirs = append(dirs, use.Path)
	}
	return dirs, nil
}

func (m mode) String() string { return m.readable }

// A verdict is what detect.Bug and detect.Fix publish by t.Attr.
type verdict struct {
	Kind  string
	Name  string
	At    string
	Text  string
	Note  []string
	Mode  string
	Cells []cell
	// Package is the import path, from the event that carried the verdict, as Test.
	Package string `json:"-"`
	Test    string `json:"-"`
	// Reports is the folder with the reports, if they are kept.
	Reports string `json:"-"`
}

// A cell is what one detector made of the bug in this mode.
type cell struct {
	Detector, State, End, Why string
	Runs                      int
}

type event struct {
	Action, Package, Test, Output, Key, Value, Path string
	Elapsed                                         float64
}

// test runs all tests of the workspace in one mode and shows each package as
// it is done.
func (m mode) test(ctx context.Context, root string, out io.Writer) (report, error) {
	start := time.Now()
	out = &lines{to: out}
	said := make([]report, len(m.dirs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for i, dir := range m.dirs {
		g.Go(func() (err error) {
			said[i], err = m.testIn(ctx, root, dir, out)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return report{}, err //nolint:wrapcheck // it is testIn's
	}
	var all report
	for _, r := range said {
		all.add(r)
	}
	fmt.Fprintf(out, "  %s in %.0f s\n\n", m.name, time.Since(start).Seconds())
	return all, nil
}

// lines keeps apart what several write, each a line at a time.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p) //nolint:wrapcheck // a Writer in front of another
}

func (m mode) testIn(ctx context.Context, root, dir string, out io.Writer) (report, error) {
	as := m.String()
	if dir != "." {
		as = fmt.Sprintf("cd %s && %s", filepath.Clean(dir), m)
	}
	fmt.Fprintln(out, "$", as)
	cmd := exec.CommandContext(ctx, m.command[0], m.command[1:]...)
	cmd.Dir = filepath.Join(root, dir)
	cmd.Env = append(os.Environ(), "GOWORK=") // go run ./matrix has it off
	cmd.Env = append(cmd.Env, m.env...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return report{}, fmt.Errorf("running %s: %w", as, err)
	}
	if err := cmd.Start(); err != nil {
		return report{}, fmt.Errorf("running %s: %w", as, err)
	}
	said, failed, readErr := read(pipe, out)
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return said, fmt.Errorf("%s: interrupted", as)
	case readErr != nil:
		return said, readErr
	case failed != "":
		return said, fmt.Errorf("%s failed\n%s", as, failed)
	case waitErr != nil:
		return said, fmt.Errorf("%s: %w", as, waitErr)
	}
	return said, nil
}

// A report is what the tests publish.
type report struct {
	verdicts []verdict
	refusals []refusal
}

func (r *report) add(more report) {
	r.verdicts = append(r.verdicts, more.verdicts...)
	r.refusals = append(r.refusals, more.refusals...)
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
		v, r := verdict{Package: e.Package, Test: e.Test}, refusal{Package: e.Package}
		switch {
		case e.Key == "detect" && json.Unmarshal([]byte(e.Value), &v) == nil:
			said.verdicts = append(said.verdicts, v)
		case e.Key == "refused" && json.Unmarshal([]byte(e.Value), &r) == nil:
			said.refusals = append(said.refusals, r)
		}
	case "artifacts":
		for i, v := range said.verdicts { // the attr comes first
			if v.Package == e.Package && v.Test == e.Test {
				said.verdicts[i].Reports = e.Path
			}
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
