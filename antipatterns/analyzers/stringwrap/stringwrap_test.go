package stringwrap_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/goguide/antipatterns/analyzers/stringwrap"
)

func Test(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), stringwrap.Analyzer, "a")
}
