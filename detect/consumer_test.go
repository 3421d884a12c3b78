package detect

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/racemode"
)

// goInConsumer runs the go command in a module that uses the kit from outside,
// in the mode of this test.
func goInConsumer(t *testing.T, args ...string) (output string) {
	t.Helper()
	if racemode.Enabled {
		args = append([]string{args[0], "-race"}, args[1:]...)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.Join("testdata", "consumer")
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod -buildvcs=false")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

func TestConsumer_underEveryFlag(t *testing.T) {
	special := []string{"test", "-count=1", "-cover", "-tags=special", "-run=Special|Get$", "."}
	if !racemode.Enabled { // the standard library once more under -race takes a minute
		special = slices.Insert(special, 1, "-trimpath")
	}
	for name, args := range map[string][]string{
		"count, cpu and shuffle": {"test", "-count=2", "-cpu=1", "-shuffle=on", "-run=Get$|inner", "."},
		"cover, trimpath, tags":  special,
		"run by a pattern":       {"test", "-count=1", "-run=Get/slash", "-v", "."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, goInConsumer(t, args...), "ok  \texample.com/consumer")
		})
	}
	t.Run("short, and a flag of the test's own", func(t *testing.T) {
		t.Setenv("CONSUMER_SHORT", "1")
		goInConsumer(t, "test", "-count=1", "-short", ".", "-args", "-own=a value")
	})
}

func TestConsumer_readsVerdictsAndArtifacts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := goInConsumer(t, "test", "-count=1", "-json", "-artifacts", "-outputdir="+dir, "-run=^TestCache_Get$", ".")
	var verdicts []verdict
	var reports string
	for line := range strings.Lines(out) {
		var event struct{ Action, Key, Value, Path string }
		require.NoError(t, json.Unmarshal([]byte(line), &event), line)
		switch {
		case event.Action == "attr" && event.Key == "detect":
			var v verdict
			require.NoError(t, json.Unmarshal([]byte(event.Value), &v))
			verdicts = append(verdicts, v)
		case event.Action == "artifacts":
			reports = event.Path
		}
	}
	require.Len(t, verdicts, 1)
	assert.Equal(t, "Cache.Get", verdicts[0].Name)
	assert.Equal(t, "cache.go:11", verdicts[0].At)
	text, err := os.ReadFile(filepath.Join(reports, "goleak.txt"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "consumer.(*Cache).Get.func1")
}

// buildConsumer builds the test binary, to be run by hand.
func buildConsumer(t *testing.T, tags string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "consumer.test")
	goInConsumer(t, "test", "-c", "-tags="+tags, "-o", binary, ".")
	return binary
}

// Nothing tells a binary that is run by hand where its source is, and what it
// creates is its own to remove.
func TestConsumer_byHandFromAnotherFolder(t *testing.T) {
	t.Parallel()
	binary, tmp := buildConsumer(t, ""), t.TempDir()
	cmd := exec.CommandContext(t.Context(), binary, "-test.run=inner|Get$")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.True(t, bytes.HasSuffix(bytes.TrimSpace(out), []byte("PASS")), "%s", out)
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	assert.Empty(t, left)
}
