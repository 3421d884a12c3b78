package fireandforget

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

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
	return call != nil && page.Callee(c.TypesInfo, call) == "time.Sleep" && c.goroutine().alone(body)
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
	g := c.goroutine()
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
	own   map[*types.Var]bool // what it got from a call that may fail: nobody else has it
	fails bool                // it calls what returns an error
}

func (c code) goroutine() *goroutine {
	return &goroutine{code: c, seen: map[*ast.BlockStmt]bool{}, own: map[*types.Var]bool{}}
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
			ok = ok && !g.tells(n, body)
		case *ast.IncDecStmt:
			ok = ok && !g.shared(n.X, body)
		case *ast.CallExpr:
			ok = ok && g.calls(n)
		}
		if e, is := n.(ast.Expr); is && ok {
			ok = !g.tied(e)
		}
		return ok
	})
	return ok
}

// tells says whether others may see what is assigned. It notes the variables of
// x, err := f().
func (g *goroutine) tells(s *ast.AssignStmt, body *ast.BlockStmt) bool {
	if s.Tok != token.DEFINE {
		return slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool { return g.shared(e, body) })
	}
	if call, ok := ast.Unparen(s.Rhs[0]).(*ast.CallExpr); ok && returnsError(g.TypesInfo.TypeOf(call)) {
		for _, e := range s.Lhs {
			if v := page.Var(g.TypesInfo, e); v != nil {
				g.own[v] = true
			}
		}
	}
	return false
}

// shared says whether e is more than a variable of the body.
func (g *goroutine) shared(e ast.Expr, body *ast.BlockStmt) bool {
	id, ok := e.(*ast.Ident)
	if !ok {
		return true
	}
	v := page.Var(g.TypesInfo, id)
	return v != nil && (v.Pos() < body.Pos() || body.End() < v.Pos())
}

// tied says whether the value of e ties the goroutine to another: always if it
// is there for that, as a channel is, and else if others may have it too.
func (g *goroutine) tied(e ast.Expr) bool {
	if v := page.Var(g.TypesInfo, e); g.TypesInfo.Types[e].IsType() || v != nil && v.IsField() {
		return false // of a field, the selector tells whose it is
	}
	t := g.TypesInfo.TypeOf(e)
	return synchronizes(t) || ties(t) && !g.owns(e)
}

// owns says whether e is the x of x, err := f(), or something of it.
func (g *goroutine) owns(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return g.own[page.Var(g.TypesInfo, e)]
	case *ast.SelectorExpr:
		return g.owns(e.X)
	case *ast.CallExpr:
		return g.owns(e.Fun)
	}
	return false
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
	g.fails = g.fails || fails && !quick.MatchString(page.Callee(g.TypesInfo, call))
	if body := g.body(call); body != nil {
		return g.alone(body)
	}
	return true
}

// quick are the calls that return an error and are no work to wait for: files are
// removed and written without a ctx, and to the end, and nobody looks at the
// error of what is printed.
var quick = regexp.MustCompile(`^(os\.|fmt\.Print|\(\*(strings\.Builder|bytes\.Buffer)\)\.)`)

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
	if types.IsInterface(t) && has(t, "Read") {
		return true // an io.Reader ends where its writer says so
	}
	return synchronizes(t) || slices.ContainsFunc(signals, func(name string) bool { return has(t, name) })
}

// synchronizes says whether t is a channel, or of sync or context.
func synchronizes(t types.Type) bool {
	if t == nil {
		return false
	}
	t = pointee(t)
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		switch named.Obj().Pkg().Path() {
		case "sync", "sync/atomic", "context":
			return true
		}
	}
	return false
}

func pointee(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// has says whether t has a method of that name, or a field that is a channel
// or a function.
func has(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(pointee(t), true, nil, name)
	switch obj := obj.(type) {
	case *types.Func:
		return true
	case *types.Var:
		return synchronizes(obj.Type()) || isFunc(obj.Type())
	}
	return false
}
