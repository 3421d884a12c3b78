package deferredclose

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

//go:embed doc.go
var doc string

// Analyzer is the deferredclose analyzer.
var Analyzer = page.New("deferredclose", doc, run)

func run(pass *analysis.Pass) {
	for f := range page.Files(pass) {
		for fn, body := range page.Funcs(f) {
			if results := errorResults(pass.TypesInfo, fn); len(results) > 0 {
				function{pass, results, body}.check()
			}
		}
	}
}

// A function has named results of type error, by the index of the result.
type function struct {
	*analysis.Pass
	results map[*types.Var]int
	body    *ast.BlockStmt
}

func errorResults(info *types.Info, fn *ast.FuncType) map[*types.Var]int {
	found := map[*types.Var]int{}
	if fn.Results == nil {
		return found
	}
	i := 0
	for _, field := range fn.Results.List {
		for _, name := range field.Names {
			if v, ok := info.Defs[name].(*types.Var); ok && page.IsError(v.Type()) && name.Name != "_" {
				found[v] = i
			}
			i++
		}
	}
	return found
}

func (f function) check() {
	page.Own(f.body, func(n ast.Node) {
		d, ok := n.(*ast.DeferStmt)
		if !ok {
			return
		}
		if closure, ok := d.Call.Fun.(*ast.FuncLit); ok && !f.recovers(closure) {
			f.checkDeferred(d, closure)
		}
	})
}

func (f function) checkDeferred(d *ast.DeferStmt, closure *ast.FuncLit) {
	page.Own(closure.Body, func(n ast.Node) {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || assign.Tok != token.ASSIGN {
			return
		}
		for i, left := range assign.Lhs {
			v := page.Var(f.TypesInfo, left)
			if _, ok := f.results[v]; ok && f.isNews(closure, right(assign, i)) &&
				!f.readBefore(closure, v, assign.End()) && f.mayFailAfter(d, v) {
				f.report(closure, assign, i)
			}
		}
	})
}

func (f function) report(closure *ast.FuncLit, assign *ast.AssignStmt, i int) {
	name, news := types.ExprString(assign.Lhs[i]), "…"
	if len(assign.Lhs) == len(assign.Rhs) {
		news = types.ExprString(assign.Rhs[i])
	}
	message := fmt.Sprintf("the %s that the function returns is lost here: write %[1]s = errors.Join(%[1]s, %[2]s)",
		name, news)
	page.Report(f.Pass, assign, message, fixes(closure, assign, name)...)
}

// fixes keeps the first error, and the second where there is no first. That
// needs no import, and no error becomes another one, as by errors.Join.
func fixes(closure *ast.FuncLit, assign *ast.AssignStmt, name string) []analysis.SuggestedFix {
	if len(assign.Lhs) != 1 || name == "cerr" || !slices.Contains(closure.Body.List, ast.Stmt(assign)) {
		return nil
	}
	call, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok {
		return nil
	}
	after := fmt.Sprintf("; %s == nil {\n%[1]s = cerr\n}", name)
	return []analysis.SuggestedFix{{
		Message: "Keep the first error",
		TextEdits: []analysis.TextEdit{
			{Pos: assign.Pos(), End: call.Pos(), NewText: []byte("if cerr := ")},
			{Pos: call.End(), End: call.End(), NewText: []byte(after)},
		},
	}}
}

func right(assign *ast.AssignStmt, i int) ast.Expr {
	if len(assign.Lhs) == len(assign.Rhs) {
		return assign.Rhs[i]
	}
	return assign.Rhs[0]
}

// isNews says whether an error comes from something that the closure did: a
// call, or a variable of its own. The reason of a context is no news, and an
// error that was there before is put into the result on purpose.
func (f function) isNews(closure *ast.FuncLit, e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		switch page.Callee(f.TypesInfo, e) {
		case "(context.Context).Err", "context.Cause":
			return false
		}
		return true
	case *ast.Ident:
		v := page.Var(f.TypesInfo, e)
		return v != nil && closure.Pos() <= v.Pos() && v.Pos() < closure.End()
	}
	return false
}

// recovers says whether a deferred closure catches a panic: then there is no
// error yet that it could overwrite.
func (f function) recovers(closure *ast.FuncLit) bool {
	found := false
	ast.Inspect(closure, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		found = found || ok && page.Callee(f.TypesInfo, call) == "recover"
		return !found
	})
	return found
}

// readBefore says whether the closure looks at v before end.
func (f function) readBefore(closure *ast.FuncLit, v *types.Var, end token.Pos) bool {
	written := map[*ast.Ident]bool{}
	found := false
	ast.Inspect(closure, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if id, ok := ast.Unparen(left).(*ast.Ident); ok {
					written[id] = true
				}
			}
		case *ast.Ident:
			found = found || n.Pos() < end && !written[n] && f.TypesInfo.Uses[n] == v
		}
		return !found
	})
	return found
}

// mayFailAfter says whether the function can return an error once d has run.
func (f function) mayFailAfter(d *ast.DeferStmt, v *types.Var) bool {
	found := false
	page.Own(f.body, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			if n.Pos() < d.End() || len(n.Results) == 0 {
				return
			}
			found = found || len(n.Results) == 1 && len(f.results) > 1 || !f.isNil(n.Results, f.results[v])
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				found = found || page.Var(f.TypesInfo, left) == v
			}
		}
	})
	return found
}

func (f function) isNil(results []ast.Expr, i int) bool {
	return i < len(results) && f.TypesInfo.Types[results[i]].IsNil()
}
