package fireandforget_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"example.com/goguide/antipatterns/analyzers/fireandforget"
)

func Test(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), fireandforget.Analyzer, "a", "command")
}
