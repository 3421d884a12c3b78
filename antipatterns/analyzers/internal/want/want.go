// Package want runs an analyzer over its testdata, where comments want reports
// and golden files want fixes, as
// [golang.org/x/tools/go/analysis/analysistest] describes.
package want

import (
	"os"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/goguide/detect/racemode"
)

// asBuilt makes the go command that lists the testdata's imports compile them
// in the way of this test. They are compiled already then.
var asBuilt = sync.OnceValue(func() error {
	if !racemode.Enabled {
		return nil
	}
	return os.Setenv("GOFLAGS", os.Getenv("GOFLAGS")+" -race")
})

// Test fails t unless the analyzer reports exactly the lines of testdata/src/PKG
// that want it.
func Test(t *testing.T, a *analysis.Analyzer, pkgs ...string) {
	t.Helper()
	if err := asBuilt(); err != nil {
		t.Fatal(err)
	}
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), a, pkgs...)
}
