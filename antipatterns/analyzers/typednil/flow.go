package typednil

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/cfg"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

// A state says what a variable may be. No bit: the code is not reached.
type state int

const (
	null    state = 1 << iota // somebody has written, or asked for, nil
	unknown                   // nil or not: nobody has asked, and that is trusted
	thing                     // somebody has asked, or has made one
)

// A flow follows one variable through a function.
type flow struct {
	info  *types.Info
	v     *types.Var
	at    []use
	in    map[*cfg.Block]state
	again map[*cfg.Block]state // of a loop's head: what comes from a turn
	found map[ast.Expr]bool
}

// traceable says whether all assignments to the variable are in sight.
func (fl flow) traceable(body *ast.BlockStmt) bool {
	ok := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			ok = ok && (n.Op != token.AND || page.Var(fl.info, n.X) != fl.v)
		case *ast.RangeStmt:
			ok = ok && (n.Tok != token.ASSIGN || page.Var(fl.info, n.Key) != fl.v && page.Var(fl.info, n.Value) != fl.v)
		case *ast.FuncLit:
			ast.Inspect(n, func(n ast.Node) bool {
				if assign, is := n.(*ast.AssignStmt); is {
					for _, left := range assign.Lhs {
						ok = ok && page.Var(fl.info, left) != fl.v
					}
				}
				return ok
			})
		}
		return ok
	})
	return ok
}

// follow finds what the variable may be at the start of each block. A loop is
// taken to run at least once: that nobody gives it anything to do is not to be
// told from the code.
func (fl flow) follow(graph *cfg.CFG) {
	fl.in[graph.Blocks[0]] = unknown
	for work := []*cfg.Block{graph.Blocks[0]}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		out := fl.in[b]
		for _, n := range b.Nodes {
			out = fl.step(n, out)
		}
		for i, next := range b.Succs {
			s := out
			if isHead(b) && i == 1 {
				s = fl.again[b]
			}
			if cond := condition(b); cond != nil {
				s = fl.assume(cond, i == 0, s)
			}
			grown := s|fl.in[next] != fl.in[next]
			fl.in[next] |= s
			if isHead(next) && b.Index >= next.Succs[0].Index && s|fl.again[next] != fl.again[next] {
				fl.again[next] |= s
				grown = true
			}
			if grown {
				work = append(work, next)
			}
		}
	}
}

// isHead says whether a block decides about one more turn of a loop: its first
// successor, which is older than all else in the loop, or the end.
func isHead(b *cfg.Block) bool {
	return (b.Kind == cfg.KindForLoop || b.Kind == cfg.KindRangeLoop) && len(b.Succs) == 2
}

// condition returns the expression that chooses the first successor, or nil.
func condition(b *cfg.Block) ast.Expr {
	if len(b.Succs) != 2 || len(b.Nodes) == 0 {
		return nil
	}
	cond, _ := b.Nodes[len(b.Nodes)-1].(ast.Expr)
	return cond
}

// step returns what the variable is after a node, and finds its returns in it.
func (fl flow) step(n ast.Node, s state) state {
	page.Own(n, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if page.Var(fl.info, left) == fl.v {
					s = fl.assigned(n.Lhs, n.Rhs, i)
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if fl.info.Defs[name] == fl.v {
					s = fl.declared(n, i)
				}
			}
		case *ast.ReturnStmt:
			for _, u := range fl.at {
				if s&null != 0 && n.Pos() <= u.expr.Pos() && u.expr.End() <= n.End() {
					fl.found[u.expr] = true
				}
			}
		}
	})
	return s
}

func (fl flow) assigned(left, right []ast.Expr, i int) state {
	if len(left) != len(right) {
		return unknown
	}
	return fl.value(right[i])
}

func (fl flow) declared(spec *ast.ValueSpec, i int) state {
	switch len(spec.Values) {
	case 0:
		return null
	case len(spec.Names):
		return fl.value(spec.Values[i])
	}
	return unknown
}

func (fl flow) value(e ast.Expr) state {
	if fl.info.Types[e].IsNil() {
		return null
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		if e.Op == token.AND { // &T{}, and not <-ch
			return thing
		}
	case *ast.CallExpr:
		if page.Callee(fl.info, e) == "new" {
			return thing
		}
	}
	return unknown
}

// assume returns what the variable is once cond has turned out to be truth.
func (fl flow) assume(cond ast.Expr, truth bool, s state) state {
	switch e := ast.Unparen(cond).(type) {
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return fl.assume(e.X, !truth, s)
		}
	case *ast.BinaryExpr:
		switch {
		case e.Op == token.LAND && truth, e.Op == token.LOR && !truth:
			return fl.assume(e.Y, truth, fl.assume(e.X, truth, s))
		case !comparesWithNil(fl.info, fl.v, e):
		case (e.Op == token.EQL) == truth:
			return only(s, null)
		default:
			return only(s, thing)
		}
	}
	return s
}

// only returns what remains of s where it has turned out to be want.
func only(s, want state) state {
	if s&(want|unknown) == 0 {
		return 0 // that does not happen
	}
	return want
}

// comparesWithNil says whether e is v == nil, or v != nil.
func comparesWithNil(info *types.Info, v types.Object, e *ast.BinaryExpr) bool {
	is := func(e ast.Expr) bool { named := page.Var(info, e); return named != nil && named == v }
	return (e.Op == token.EQL || e.Op == token.NEQ) &&
		(is(e.X) && info.Types[e.Y].IsNil() || is(e.Y) && info.Types[e.X].IsNil())
}
