package typednil_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/goguide/antipatterns/analyzers/typednil"
)

func Test(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), typednil.Analyzer, "a")
}
