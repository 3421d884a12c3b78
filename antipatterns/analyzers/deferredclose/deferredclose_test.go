package deferredclose_test

import (
	"testing"

	"example.com/goguide/antipatterns/analyzers/deferredclose"
	"example.com/goguide/antipatterns/analyzers/internal/want"
)

func Test(t *testing.T) {
	t.Parallel()
	want.Test(t, deferredclose.Analyzer, "a")
}
