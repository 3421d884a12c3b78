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

	"example.com/goguide/tools/internal/notes"
)

// try returns what killed the mutant, or "" if its tests pass in both modes.
func (m mutant) try(ctx context.Context) (string, error) {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return "", fmt.Errorf("preparing a mutant: %w", err)
	}
	defer os.RemoveAll(tmp)
	changed := filepath.Join(tmp, filepath.Base(m.file))
	if err := os.WriteFile(changed, []byte(m.text), 0o600); err != nil {
		return "", fmt.Errorf("preparing a mutant: %w", err)
	}
	for _, mode := range []string{"race", "plain"} {
		binary, out, err := m.build(ctx, tmp, changed, mode)
		if err != nil {
			return "", fmt.Errorf("building it in %s mode: %w\n%s", mode, err, out)
		}
		dir, err := m.copyPackage(tmp, mode)
		if err != nil {
			return "", err
		}
		cmd := exec.CommandContext(ctx, binary, "-test.failfast", "-test.run="+notes.TestOf(m.decl).String())
		cmd.Dir = dir
		output, err := cmd.CombinedOutput()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			return mode + ": " + firstFailure(string(output)), nil
		}
		if strings.Contains(string(output), "no tests to run") {
			return "", fmt.Errorf("no test is named after %s", m.decl)
		}
	}
	return "", nil
}

func (m mutant) build(ctx context.Context, tmp, changed, mode string) (binary string, output []byte, err error) {
	binary = filepath.Join(tmp, mode+".test")
	args := []string{"test", "-c", "-vet=off", "-o", binary}
	env := os.Environ()
	if mode == "race" {
		args = append(args, "-race")
	} else {
		env = append(env, "CGO_ENABLED=0")
		if strings.HasPrefix(runtime.Version(), "go1.26") {
			env = append(env, "GOEXPERIMENT=goroutineleakprofile")
		}
	}
	if m.code { // a changed comment needs no build of its own: the kit reads the source
		overlay, err := json.Marshal(map[string]map[string]string{"Replace": {m.file: changed}})
		if err != nil {
			return "", nil, fmt.Errorf("writing the overlay: %w", err)
		}
		path := filepath.Join(tmp, "overlay.json")
		if err := os.WriteFile(path, overlay, 0o600); err != nil {
			return "", nil, fmt.Errorf("writing the overlay: %w", err)
		}
		args = append(args, "-overlay="+path)
	}
	args = append(args, ".")
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = filepath.Dir(m.file)
	env = append(env, "GOWORK=off")
	cmd.Env = env
	output, err = cmd.CombinedOutput()
	return binary, output, err
}

// copyPackage lays the package's folder out anew, with the changed file. The
// go.mod comes along, for it tells the language version.
func (m mutant) copyPackage(tmp, mode string) (string, error) {
	dir := filepath.Join(tmp, mode)
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(m.file))); err != nil {
		return "", fmt.Errorf("copying the package: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(m.file)), []byte(m.text), 0o600); err != nil {
		return "", fmt.Errorf("copying the package: %w", err)
	}
	for up := filepath.Dir(m.file); ; up = filepath.Dir(up) {
		text, err := os.ReadFile(filepath.Join(up, "go.mod"))
		if err == nil {
			return dir, os.WriteFile(filepath.Join(tmp, "go.mod"), text, 0o600)
		}
		if up == filepath.Dir(up) {
			return "", fmt.Errorf("no go.mod above %s", m.file)
		}
	}
}

var failure = regexp.MustCompile(`(?m)^\s+\S+_test\.go:\d+: (detect: .*|.*)$`)

// firstFailure is the sentence that a reader of the failed test sees first.
func firstFailure(output string) string {
	for _, line := range failure.FindAllStringSubmatch(output, -1) {
		if strings.HasPrefix(line[1], "detect: ") {
			return line[1]
		}
	}
	lines := strings.SplitN(strings.TrimSpace(output), "\n", 2)
	return lines[0]
}
