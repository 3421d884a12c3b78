package embeddedbloat_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/goguide/antipatterns/analyzers/embeddedbloat"
)

func Test(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), embeddedbloat.Analyzer, "a", "b")
}
