package page_test

import (
	"go/ast"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/tools/go/analysis"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

const text = `// Package x defines an analyzer.
//
// # Analyzer x
//
// x: report x
//
// All of them.
//
// # What it does not report
//
// Others.
package x
`

func TestNew_takesTheDocFromThePage(t *testing.T) {
	t.Parallel()
	a := page.New("x", text, func(*analysis.Pass) {})
	assert.Equal(t, "x", a.Name)
	assert.Equal(t, "/antipatterns/x/", a.URL)
	assert.Equal(t, "report x\n\nAll of them.\n\n# What it does not report\n\nOthers.", a.Doc)
	assert.NoError(t, analysis.Validate([]*analysis.Analyzer{a}))
}

func TestNew_panicsWithoutAHeadingOrAPage(t *testing.T) {
	t.Parallel()
	assert.PanicsWithValue(t, "page of y: no heading, or no summary below it", func() { page.New("y", text, nil) })
	assert.Panics(t, func() { page.New("x", "no Go", nil) })
}

func TestReport_bringsThePage(t *testing.T) {
	t.Parallel()
	var got []analysis.Diagnostic
	pass := &analysis.Pass{
		Analyzer: page.New("x", text, nil),
		Report:   func(d analysis.Diagnostic) { got = append(got, d) },
	}
	page.Report(pass, &ast.Ident{NamePos: 7, Name: "err"}, "write y")
	want := analysis.Diagnostic{Pos: 7, End: 10, Message: "write y", URL: "/antipatterns/x/"}
	assert.Equal(t, []analysis.Diagnostic{want}, got)
}
