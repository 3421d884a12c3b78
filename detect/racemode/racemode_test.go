package racemode_test

import (
	"runtime/debug"
	"slices"
	"testing"

	"example.com/goguide/detect/racemode"
)

// The go command writes into each program how it was built.
func TestEnabled(t *testing.T) {
	t.Parallel()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("this test was built without build information")
	}
	built := slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
	if built != racemode.Enabled {
		t.Errorf("Enabled is %t, and the go command says that -race=%t", racemode.Enabled, built)
	}
}
