package fireandforget_test

import (
	"testing"

	"example.com/goguide/antipatterns/analyzers/fireandforget"
	"example.com/goguide/antipatterns/analyzers/internal/want"
)

func Test(t *testing.T) {
	t.Parallel()
	want.Test(t, fireandforget.Analyzer, "a", "command")
}
