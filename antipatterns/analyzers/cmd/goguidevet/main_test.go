package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module is the code that the tests run goguidevet over.
const module = "testdata/module"

// run runs a command in the module and returns what it prints, and its exit code.
func run(t *testing.T, name string, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	text, err := cmd.CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(text), failed.ExitCode()
	}
	require.NoError(t, err)
	return string(text), 0
}

// build returns the path of a new goguidevet.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "goguidevet")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, ".").CombinedOutput()
	require.NoError(t, err, string(text))
	return bin
}

// wanted returns the lines of bad.go that end in the name of an analyzer.
func wanted(t *testing.T) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(module, "bad.go"))
	require.NoError(t, err)
	var lines []int
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, " // ") {
			lines = append(lines, i+1)
		}
	}
	require.Len(t, lines, 5)
	return lines
}

// found returns the lines that findings speak of, one finding a line.
func found(t *testing.T, out string) []int {
	t.Helper()
	var lines []int
	for _, m := range regexp.MustCompile(`(?m)^\S*bad\.go:(\d+):\d+: .*: (?:write|give|declare) `).FindAllStringSubmatch(out, -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		lines = append(lines, n)
	}
	return lines
}

func TestGoguidevet(t *testing.T) {
	t.Parallel()
	bin := build(t)

	t.Run("as a vettool it reports each line once and exits with 1", func(t *testing.T) {
		t.Parallel()
		out, code := run(t, "go", "vet", "-vettool="+bin, "./...")
		assert.Equal(t, 1, code, out)
		assert.ElementsMatch(t, wanted(t), found(t, out), out)
		assert.NotContains(t, out, "good.go")
	})
	t.Run("alone it reports the same and exits with 3", func(t *testing.T) {
		t.Parallel()
		out, code := run(t, bin, "./...")
		assert.Equal(t, 3, code, out)
		assert.ElementsMatch(t, wanted(t), found(t, out), out)
	})
	t.Run("good code passes both ways", func(t *testing.T) {
		t.Parallel()
		out, code := run(t, "go", "vet", "-vettool="+bin, "./good")
		assert.Zero(t, code, out)
		assert.Empty(t, out)
		out, code = run(t, bin, "./good")
		assert.Zero(t, code, out)
		assert.Empty(t, out)
	})
	t.Run("a flag leaves an analyzer out", func(t *testing.T) {
		t.Parallel()
		out, code := run(t, "go", "vet", "-vettool="+bin, "-typednil=false", ".")
		assert.Equal(t, 1, code, out)
		assert.Len(t, found(t, out), 4)
		assert.NotContains(t, out, "may be a nil")
	})
	t.Run("help lists all, and prints the page of one", func(t *testing.T) {
		t.Parallel()
		out, code := run(t, bin, "help")
		assert.Zero(t, code)
		for _, a := range analyzers {
			assert.Regexp(t, `(?m)^ +`+a.Name+` +report `, out)
			page, code := run(t, bin, "help", a.Name)
			assert.Zero(t, code)
			assert.Contains(t, page, "# What it does not report")
		}
	})
}

func TestAnalyzers_pointToAPatternThatExists(t *testing.T) {
	t.Parallel()
	for _, a := range analyzers {
		pattern, ok := strings.CutPrefix(a.URL, "/antipatterns/")
		require.True(t, ok, a.URL)
		assert.FileExists(t, filepath.Join("../../..", pattern, strings.TrimSuffix(pattern, "/")+".go"))
	}
}
