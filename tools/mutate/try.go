package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
)

// tests are those of packages as they are, compiled once a mode. A mutant that
// changes a comment runs them: the kit reads the source.
type tests struct {
	dir   string
	mu    sync.Mutex
	built map[string]func() (string, error)
}

func newTests() (*tests, error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return nil, fmt.Errorf("preparing: %w", err)
	}
	return &tests{dir: dir, built: map[string]func() (string, error){}}, nil
}

func (ts *tests) remove() { _ = os.RemoveAll(ts.dir) }

// of returns the compiled test of the package in a folder.
func (ts *tests) of(ctx context.Context, dir, mode string) (string, error) {
	key := dir + " " + mode
	ts.mu.Lock()
	once := ts.built[key]
	if once == nil {
		binary := filepath.Join(ts.dir, fmt.Sprintf("%d.test", len(ts.built)))
		once = sync.OnceValues(func() (string, error) { return binary, build(ctx, binary, dir, mode) })
		ts.built[key] = once
	}
	ts.mu.Unlock()
	return once()
}

// try returns what killed the mutant, or "" if its tests pass in both modes.
func (m mutant) try(ctx context.Context, ts *tests) (string, error) {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return "", fmt.Errorf("preparing a mutant: %w", err)
	}
	defer os.RemoveAll(tmp)
	changed := filepath.Join(tmp, "changed.go")
	if err := os.WriteFile(changed, []byte(m.text), 0o600); err != nil {
		return "", fmt.Errorf("preparing a mutant: %w", err)
	}
	for _, mode := range []string{"race", "plain"} {
		binary, err := m.test(ctx, ts, tmp, changed, mode)
		if err != nil {
			return "", err
		}
		dir, err := m.copyPackage(tmp, mode)
		if err != nil {
			return "", err
		}
		cmd := exec.CommandContext(ctx, binary, "-test.failfast", "-test.run="+m.run)
		cmd.Dir = dir
		output, err := cmd.CombinedOutput()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			if m.reason != nil && !m.reason.Match(output) {
				return "", fmt.Errorf("%s fails for another reason: %w\n%s", m.run, err, output)
			}
			return mode + ": " + firstFailure(string(output)), nil
		}
		if strings.Contains(string(output), "no tests to run") {
			return "", fmt.Errorf("no test is named after %s: %s", m.decl, m.run)
		}
	}
	return "", nil
}

// test returns the compiled test of the mutant.
func (m mutant) test(ctx context.Context, ts *tests, tmp, changed, mode string) (string, error) {
	if !m.code {
		return ts.of(ctx, m.dir, mode)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {m.file: changed}})
	if err != nil {
		return "", fmt.Errorf("writing the overlay: %w", err)
	}
	path := filepath.Join(tmp, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		return "", fmt.Errorf("writing the overlay: %w", err)
	}
	binary := filepath.Join(tmp, mode+".test")
	return binary, build(ctx, binary, m.dir, mode, "-overlay="+path)
}

// build compiles the test of the package in a folder.
func build(ctx context.Context, binary, dir, mode string, flags ...string) error {
	args := append([]string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", binary}, flags...)
	env := append(os.Environ(), "GOWORK=off")
	if mode == "race" {
		args = append(args, "-race")
	} else {
		env = append(env, "CGO_ENABLED=0")
		if strings.HasPrefix(runtime.Version(), "go1.26") {
			env = append(env, "GOEXPERIMENT=goroutineleakprofile")
		}
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building it in %s mode: %w\n%s", mode, err, out)
	}
	return nil
}

// copyPackage lays the package's folder out anew, with the changed file. The
// go.mod comes along: it tells the language version, and go vet reads it.
func (m mutant) copyPackage(tmp, mode string) (string, error) {
	dir := filepath.Join(tmp, mode)
	if err := os.CopyFS(dir, os.DirFS(m.dir)); err != nil {
		return "", fmt.Errorf("copying the package: %w", err)
	}
	rel, err := filepath.Rel(m.dir, m.file)
	if err != nil {
		return "", fmt.Errorf("copying the package: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, rel), []byte(m.text), 0o600); err != nil {
		return "", fmt.Errorf("copying the package: %w", err)
	}
	for up := m.dir; ; up = filepath.Dir(up) {
		text, err := os.ReadFile(filepath.Join(up, "go.mod"))
		if err == nil {
			return dir, copyModule(tmp, up, text)
		}
		if up == filepath.Dir(up) {
			return "", fmt.Errorf("no go.mod above %s", m.file)
		}
	}
}

// elsewhere matches where a go.mod replaces a module by a folder beside it.
var elsewhere = regexp.MustCompile(`(?m)( => )(\.\.?/\S*)$`)

// copyModule writes a module's go.mod and go.sum to a folder that is not beside
// its neighbours.
func copyModule(to, from string, mod []byte) error {
	mod = elsewhere.ReplaceAllFunc(mod, func(m []byte) []byte {
		arrow, path, _ := strings.Cut(string(m), "=> ")
		return []byte(arrow + "=> " + filepath.ToSlash(filepath.Join(from, path)))
	})
	if err := os.WriteFile(filepath.Join(to, "go.mod"), mod, 0o600); err != nil {
		return fmt.Errorf("copying go.mod: %w", err)
	}
	sum, err := os.ReadFile(filepath.Join(from, "go.sum"))
	if err != nil {
		return fmt.Errorf("copying go.sum: %w", err)
	}
	return os.WriteFile(filepath.Join(to, "go.sum"), sum, 0o600)
}

var failure = regexp.MustCompile(`(?m)^\s+\S+_test\.go:\d+: (.*)$`)

// firstFailure is the sentence that a reader of the failed test sees first.
func firstFailure(output string) string {
	for _, line := range failure.FindAllStringSubmatch(output, -1) {
		if strings.HasPrefix(line[1], "detect: ") || strings.HasPrefix(line[1], "refused: ") {
			return line[1]
		}
	}
	lines := strings.SplitN(strings.TrimSpace(output), "\n", 2)
	return lines[0]
}
