//go:build !windows && !darwin

// There the folder is os.UserConfigDir's.

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlace(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for xdg, want := range map[string]string{
		"":                               filepath.Join(home, ".local", "share", "goguide", "users.db"),
		"relative":                       filepath.Join(home, ".local", "share", "goguide", "users.db"),
		filepath.Join(home, "elsewhere"): filepath.Join(home, "elsewhere", "goguide", "users.db"),
	} {
		t.Setenv("XDG_DATA_HOME", xdg)
		file, err := place()
		require.NoError(t, err)
		assert.Equal(t, want, file)
		info, err := os.Stat(filepath.Dir(file))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "for nobody else")
	}
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "")
	_, err := place()
	assert.ErrorContains(t, err, "set -data")
}
