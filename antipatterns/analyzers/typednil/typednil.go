package typednil

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

//go:embed doc.go
var doc string

// Analyzer is the typednil analyzer.
var Analyzer = page.New("typednil", doc, run)

func run(pass *analysis.Pass) {
	decls := page.Decls(pass)
	for f := range page.Files(pass) {
		for fn, body := range page.Funcs(f) {
			check(pass, decls, fn, body)
		}
	}
}

// check follows each pointer variable that the function returns as an interface.
func check(pass *analysis.Pass, decls map[*types.Func]*ast.FuncDecl, fn *ast.FuncType, body *ast.BlockStmt) {
	returned := pointers(pass.TypesInfo, fn, body)
	if len(returned) == 0 {
		return
	}
	graph := cfg.New(body, func(call *ast.CallExpr) bool {
		return !page.NeverReturns(pass.TypesInfo, call)
	})
	for v, at := range returned {
		fl := flow{info: pass.TypesInfo, v: v, at: at, in: map[*cfg.Block]state{}, again: map[*cfg.Block]state{}, found: map[ast.Expr]bool{}}
		if !fl.traceable(body) {
			continue
		}
		fl.follow(graph)
		for _, e := range at {
			if fl.found[e.expr] && !nullObject(pass.TypesInfo, decls, v.Type(), e.as) {
				page.Report(pass, e.expr, message(pass, v, e.as))
			}
		}
	}
}

func message(pass *analysis.Pass, v *types.Var, as types.Type) string {
	short := func(pkg *types.Package) string {
		if pkg == pass.Pkg {
			return ""
		}
		return pkg.Name()
	}
	return fmt.Sprintf("%s may be a nil %s here, and a nil pointer in a result of type %[3]s is not nil: "+
		"write var %[1]s %[3]s, or return nil where there is none",
		v.Name(), types.TypeString(v.Type(), short), types.TypeString(as, short))
}

// A use is where a pointer is returned as an interface.
type use struct {
	expr ast.Expr
	as   types.Type
}

// pointers returns the local pointer variables that are returned as interfaces.
func pointers(info *types.Info, fn *ast.FuncType, body *ast.BlockStmt) map[*types.Var][]use {
	var results []types.Type
	if fn.Results != nil {
		for _, field := range fn.Results.List {
			for range max(1, len(field.Names)) {
				results = append(results, info.TypeOf(field.Type))
			}
		}
	}
	found := map[*types.Var][]use{}
	page.Own(body, func(n ast.Node) {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok || len(ret.Results) != len(results) {
			return
		}
		if fails(info, ret.Results) {
			return
		}
		for i, e := range ret.Results {
			v := page.Var(info, e)
			if v == nil || v.Kind() == types.RecvVar || !isInterface(results[i]) || !isPointer(v.Type()) {
				continue
			}
			if fn.Pos() <= v.Pos() && v.Pos() < body.End() {
				found[v] = append(found[v], use{e, results[i]})
			}
		}
	})
	return found
}

// fails says whether one of several results is an error that may not be nil:
// then nobody looks at the others.
func fails(info *types.Info, results []ast.Expr) bool {
	return len(results) > 1 && slices.ContainsFunc(results, func(e ast.Expr) bool {
		return page.IsError(info.TypeOf(e))
	})
}

// isInterface says whether t is an interface with a method. An any is made to
// hold anything, a nil pointer too.
func isInterface(t types.Type) bool {
	if _, param := types.Unalias(t).(*types.TypeParam); param {
		return false
	}
	iface, ok := t.Underlying().(*types.Interface)
	return ok && iface.NumMethods() > 0
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}
