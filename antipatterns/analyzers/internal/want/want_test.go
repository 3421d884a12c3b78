package want

import (
	"go/ast"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/tools/go/analysis"

	"example.com/goguide/detect/racemode"
)

// names reports functions that are called Bad.
var names = &analysis.Analyzer{
	Name: "names",
	Doc:  "report bad names",
	Run: func(p *analysis.Pass) (any, error) {
		for _, f := range p.Files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "Bad" {
					p.Reportf(fn.Pos(), "Bad is no name")
				}
			}
		}
		return nil, nil
	},
}

// The imports of testdata are then compiled with -race if this test is.
func TestTest(t *testing.T) {
	Test(t, names, "a")
	assert.Equal(t, racemode.Enabled, strings.Contains(os.Getenv("GOFLAGS"), "-race"))
}
