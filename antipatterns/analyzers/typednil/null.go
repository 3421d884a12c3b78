package typednil

import (
	"go/ast"
	"go/types"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

// nullObject says whether a nil pointer of type ptr is meant to be used as an
// iface: its methods are of this package, and each asks whether its receiver is
// nil, or does without, but not all do without. An error is never meant so, for
// its callers ask whether it is nil.
func nullObject(info *types.Info, decls map[*types.Func]*ast.FuncDecl, ptr, iface types.Type) bool {
	wanted, ok := iface.Underlying().(*types.Interface)
	if !ok || page.Implements(iface) {
		return false
	}
	anyAsks := false
	for m := range wanted.Methods() {
		obj, path, _ := types.LookupFieldOrMethod(ptr, true, m.Pkg(), m.Name())
		fn, ok := obj.(*types.Func)
		if !ok || len(path) > 1 || decls[fn.Origin()] == nil {
			return false // what is embedded is not reached by way of nil
		}
		asks, uses := receiver(info, decls[fn.Origin()])
		if uses && !asks {
			return false
		}
		anyAsks = anyAsks || asks
	}
	return anyAsks
}

// receiver says whether a method asks if its receiver is nil, and whether it
// uses it.
func receiver(info *types.Info, method *ast.FuncDecl) (asks, uses bool) {
	names := method.Recv.List[0].Names
	if len(names) == 0 {
		return false, false
	}
	recv := info.Defs[names[0]]
	ast.Inspect(method.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			asks = asks || comparesWithNil(info, recv, n)
		case *ast.Ident:
			uses = uses || info.Uses[n] == recv
		}
		return true
	})
	return asks, uses
}
