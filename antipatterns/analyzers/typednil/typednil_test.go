package typednil_test

import (
	"testing"

	"example.com/goguide/antipatterns/analyzers/internal/want"
	"example.com/goguide/antipatterns/analyzers/typednil"
)

func Test(t *testing.T) {
	t.Parallel()
	want.Test(t, typednil.Analyzer, "a")
}
