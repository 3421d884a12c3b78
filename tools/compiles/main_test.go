package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// write makes a module of one package for Linux, and of a test of it.
func write(t *testing.T, linux, test string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":     "module example.com/m\n\ngo 1.26\n",
		"m.go":       "package m\n",
		"m_linux.go": linux,
		"m_test.go":  test,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func on(system string) []string { return append(os.Environ(), "GOWORK=off", "GOOS="+system) }

func TestCheck(t *testing.T) {
	t.Parallel()
	const linux = "package m\n\nfunc limit() int { return 1 }\n"
	const test = "package m\n\nvar _ = limit()\n"
	t.Run("finds what only one system has, in a test", func(t *testing.T) {
		t.Parallel()
		dir := write(t, linux, test)
		require.NoError(t, check(dir, on("linux"), "./..."))
		assert.ErrorContains(t, check(dir, on("windows"), "./..."), "undefined: limit")
	})
	t.Run("finds an error of one system", func(t *testing.T) {
		t.Parallel()
		dir := write(t, "package m\n\nvar x int = \"\"\n", "package m\n")
		require.Error(t, check(dir, on("linux"), "./..."))
		assert.NoError(t, check(dir, on("windows"), "./..."))
	})
	t.Run("nothing to check is an error", func(t *testing.T) {
		t.Parallel()
		assert.Error(t, check(t.TempDir(), on("linux"), "./..."))
	})
}
