package fireandforget

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

//go:embed doc.go
var doc string

// Analyzer is the fireandforget analyzer.
var Analyzer = page.New("fireandforget", doc, run)

func run(pass *analysis.Pass) {
	if pass.Pkg.Name() == "main" || pass.Pkg.Path() == "runtime" {
		return // their goroutines end with the process
	}
	c := code{pass, page.Decls(pass), map[*ast.BlockStmt]ast.Stmt{}}
	for f := range page.Sources(pass) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); !ok || fn.Recv != nil || fn.Name.Name != "init" {
				c.search(d)
			}
		}
	}
}

// code is that of one package.
type code struct {
	*analysis.Pass
	decls   map[*types.Func]*ast.FuncDecl
	endings map[*ast.BlockStmt]ast.Stmt // the endless loop of a body, or nil
}

// search checks the go statements below a node, but those that a sync.Once runs.
func (c code) search(d ast.Node) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			c.check(n)
		case *ast.CallExpr:
			switch page.Callee(c.TypesInfo, n) {
			case "(*sync.Once).Do", "sync.OnceFunc", "sync.OnceValue", "sync.OnceValues":
				return false
			}
		}
		return true
	})
}

func (c code) check(g *ast.GoStmt) {
	body := c.body(g.Call)
	loop := c.endless(body)
	switch {
	case loop != nil:
		page.Report(c.Pass, g, fmt.Sprintf("nobody can end this goroutine, whose loop at %s has no way out: "+
			"give it a ctx, and return when <-ctx.Done() is ready", c.place(loop, g)))
	case c.sleeps(body):
		page.Report(c.Pass, g, "nobody can end this goroutine while it sleeps: "+
			"write time.AfterFunc, whose timer has a Stop")
	case c.loose(g):
		page.Report(c.Pass, g, "nobody can end this goroutine or wait for it: "+
			"give what it calls a ctx, and start it by the Go of a sync.WaitGroup")
	}
}

// place names the line of a loop, and its file if the go statement is in another.
func (c code) place(loop, g ast.Node) string {
	at := c.Fset.Position(loop.Pos())
	if at.Filename == c.Fset.Position(g.Pos()).Filename {
		return fmt.Sprintf("line %d", at.Line)
	}
	return fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
}

// body returns the code of a call: that of a literal, or of a function of the
// same package.
func (c code) body(call *ast.CallExpr) *ast.BlockStmt {
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return lit.Body
	}
	if fn := typeutil.StaticCallee(c.TypesInfo, call); fn != nil && c.decls[fn.Origin()] != nil {
		return c.decls[fn.Origin()].Body
	}
	return nil
}

// endless returns a loop of body without an end, or that of a function which it
// calls in any case.
func (c code) endless(body *ast.BlockStmt) ast.Stmt {
	if body == nil {
		return nil
	}
	if loop, known := c.endings[body]; known {
		return loop
	}
	c.endings[body] = nil // of a function that calls itself
	loop := c.loopIn(body)
	for _, s := range body.List {
		if call := callOf(s); call != nil && loop == nil {
			loop = c.endless(c.body(call))
		}
	}
	c.endings[body] = loop
	return loop
}

func (c code) loopIn(body *ast.BlockStmt) ast.Stmt {
	var loop ast.Stmt
	page.Own(body, func(n ast.Node) {
		if s, ok := n.(ast.Stmt); ok && loop == nil && c.repeats(s) && !c.leaves(s, true) {
			loop = s
		}
	})
	return loop
}

func callOf(s ast.Stmt) *ast.CallExpr {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return nil
	}
	call, _ := e.X.(*ast.CallExpr)
	return call
}

// repeats says whether a statement is a loop whose head never ends it.
func (c code) repeats(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ForStmt:
		return s.Cond == nil || c.isTrue(s.Cond)
	case *ast.RangeStmt:
		return c.ticks(s.X)
	}
	return false
}

func (c code) isTrue(e ast.Expr) bool {
	v := c.TypesInfo.Types[e].Value
	return v != nil && constant.BoolVal(v)
}

// ticks says whether e is the channel of a ticker, which nobody closes: Stop
// does not.
func (c code) ticks(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return page.Callee(c.TypesInfo, e) == "time.Tick"
	case *ast.SelectorExpr:
		v, ok := c.TypesInfo.Uses[e.Sel].(*types.Var)
		return ok && v.Name() == "C" && v.Pkg() != nil && v.Pkg().Path() == "time"
	}
	return false
}

// leaves says whether something in a loop leaves it. A break without a label
// counts where it belongs to the loop.
func (c code) leaves(loop ast.Node, breaks bool) bool {
	found := false
	ast.Inspect(loop, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		case *ast.BranchStmt:
			found = found || s.Label != nil || s.Tok == token.BREAK && breaks
		case *ast.CallExpr:
			found = found || page.NeverReturns(c.TypesInfo, s)
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			if n != loop {
				found = found || c.leaves(n, false)
				return false
			}
		}
		return !found
	})
	return found
}
