package fireandforget

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

// sleeps says whether a goroutine begins with a sleep, and then does something
// that has to do with no other goroutine.
func (c code) sleeps(body *ast.BlockStmt) bool {
	if body == nil || len(body.List) == 0 {
		return false
	}
	call := callOf(body.List[0])
	g := goroutine{code: c, seen: map[*ast.BlockStmt]bool{}}
	return call != nil && page.Callee(c.TypesInfo, call) == "time.Sleep" && g.alone(body)
}

// loose says whether a goroutine does what can fail, and neither hears of an end
// nor tells of its own.
func (c code) loose(stmt *ast.GoStmt) bool {
	enters := slices.Clone(stmt.Call.Args)
	if sel, ok := stmt.Call.Fun.(*ast.SelectorExpr); ok {
		enters = append(enters, sel.X)
	}
	for _, e := range enters {
		if t := c.TypesInfo.TypeOf(e); ties(t) || isFunc(t) {
			return false
		}
	}
	g := goroutine{code: c, seen: map[*ast.BlockStmt]bool{}}
	body := c.body(stmt.Call)
	if body == nil {
		return g.calls(stmt.Call) && g.fails
	}
	return g.alone(body) && g.fails
}

// A goroutine is followed into the functions of its package.
type goroutine struct {
	code
	seen  map[*ast.BlockStmt]bool
	fails bool // it calls what returns an error
}

// alone says whether nothing in a body reaches another goroutine.
func (g *goroutine) alone(body *ast.BlockStmt) bool {
	if g.seen[body] {
		return true
	}
	g.seen[body] = true
	ok := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt:
			ok = ok && n.Cond != nil // what it waits for ends it
		case *ast.AssignStmt:
			ok = ok && (n.Tok == token.DEFINE || !slices.ContainsFunc(n.Lhs, isNamed))
		case *ast.IncDecStmt:
			ok = false
		case *ast.CallExpr:
			ok = ok && g.calls(n)
		}
		if e, is := n.(ast.Expr); is && ok && !g.TypesInfo.Types[e].IsType() {
			ok = !ties(g.TypesInfo.TypeOf(e))
		}
		return ok
	})
	return ok
}

func isNamed(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return !ok || id.Name != "_"
}

// calls follows a call, and says whether what it calls is alone. Where nobody
// knows what that is, a result that is an error shows work; a call without may
// tell somebody of the end.
func (g *goroutine) calls(call *ast.CallExpr) bool {
	if g.TypesInfo.Types[call.Fun].IsType() {
		return true
	}
	fails := returnsError(g.TypesInfo.TypeOf(call))
	if !fails && g.unknown(call) {
		return false
	}
	for _, arg := range call.Args {
		if isFunc(g.TypesInfo.TypeOf(arg)) {
			return false
		}
	}
	// Files are removed and written without a ctx, and to the end.
	g.fails = g.fails || fails && !strings.HasPrefix(page.Callee(g.TypesInfo, call), "os.")
	if body := g.body(call); body != nil {
		return g.alone(body)
	}
	return true
}

// unknown says whether a call is of an interface's method or of a function value.
func (g *goroutine) unknown(call *ast.CallExpr) bool {
	switch fn := typeutil.Callee(g.TypesInfo, call).(type) {
	case *types.Func:
		recv := fn.Signature().Recv()
		return recv != nil && types.IsInterface(recv.Type())
	case *types.Builtin:
		return false
	}
	_, lit := ast.Unparen(call.Fun).(*ast.FuncLit)
	return !lit
}

func returnsError(t types.Type) bool {
	results, ok := t.(*types.Tuple)
	if !ok {
		return page.IsError(t)
	}
	for v := range results.Variables() {
		if page.IsError(v.Type()) {
			return true
		}
	}
	return false
}

func isFunc(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// signals are methods that end something, or wait for its end.
var signals = []string{"Close", "Stop", "Shutdown", "Cancel", "Done", "Wait", "Kill", "Signal", "Context"}

// ties says whether a value of type t can end a goroutine or tell of its end.
func ties(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		switch named.Obj().Pkg().Path() {
		case "sync", "sync/atomic", "context":
			return true
		}
	}
	return slices.ContainsFunc(signals, func(name string) bool {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		return obj != nil
	})
}
