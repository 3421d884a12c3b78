package embeddedbloat

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

//go:embed doc.go
var doc string

// Analyzer is the embeddedbloat analyzer.
var Analyzer = page.New("embeddedbloat", doc, run)

// limit is how many methods an interface may have, as in interfacebloat.
const limit = 10

func run(pass *analysis.Pass) {
	for f := range page.Files(pass) {
		for n := range ast.Preorder(f) {
			if spec, ok := n.(*ast.InterfaceType); ok {
				check(pass, spec)
			}
		}
	}
}

func check(pass *analysis.Pass, spec *ast.InterfaceType) {
	if len(spec.Methods.List) > limit {
		return // interfacebloat reports it
	}
	iface, ok := pass.TypesInfo.TypeOf(spec).(*types.Interface)
	if !ok || !iface.IsMethodSet() {
		return
	}
	own := 0
	for m := range iface.Methods() {
		if seals(m) {
			return
		}
		if m.Pkg() != nil && sameModule(pass, m.Pkg()) {
			own++
		}
	}
	if own <= limit {
		return
	}
	page.Report(pass, spec, fmt.Sprintf("the interface has %d methods, %d of them by embedding: "+
		"declare an interface of the few that are called, where they are called",
		iface.NumMethods(), iface.NumMethods()-iface.NumExplicitMethods()))
}

// seals says whether a method keeps other packages from implementing its
// interface: it has no exported name, or needs a type that they cannot name.
func seals(m *types.Func) bool {
	if !m.Exported() {
		return true
	}
	for v := range m.Signature().Params().Variables() {
		named, ok := types.Unalias(v.Type()).(*types.Named)
		if ok && named.Obj().Pkg() != nil && strings.Contains("/"+named.Obj().Pkg().Path()+"/", "/internal/") {
			return true
		}
	}
	return false
}

// sameModule says whether pkg is of the module that pass looks at.
func sameModule(pass *analysis.Pass, pkg *types.Package) bool {
	if pkg == pass.Pkg {
		return true
	}
	if pass.Module == nil || pass.Module.Path == "" {
		return false
	}
	if pass.Module.Path == "std" {
		first, _, _ := strings.Cut(pkg.Path(), "/")
		return !strings.Contains(first, ".")
	}
	return pkg.Path() == pass.Module.Path || strings.HasPrefix(pkg.Path(), pass.Module.Path+"/")
}
