package stringwrap_test

import (
	"testing"

	"example.com/goguide/antipatterns/analyzers/internal/want"
	"example.com/goguide/antipatterns/analyzers/stringwrap"
)

func Test(t *testing.T) {
	t.Parallel()
	want.Test(t, stringwrap.Analyzer, "a")
}
