package deferredclose_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/goguide/antipatterns/analyzers/deferredclose"
)

func Test(t *testing.T) {
	t.Parallel()
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), deferredclose.Analyzer, "a")
}
