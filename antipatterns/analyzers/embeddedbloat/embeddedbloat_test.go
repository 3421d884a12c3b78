package embeddedbloat_test

import (
	"testing"

	"example.com/goguide/antipatterns/analyzers/embeddedbloat"
	"example.com/goguide/antipatterns/analyzers/internal/want"
)

func Test(t *testing.T) {
	t.Parallel()
	want.Test(t, embeddedbloat.Analyzer, "a", "b")
}
