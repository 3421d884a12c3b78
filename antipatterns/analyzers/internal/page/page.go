// Package page holds what goguide's analyzers have in common: how an analyzer
// is made from the page that documents it, which files it reads, and the few
// questions about types that more than one of them asks.
package page

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"iter"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// New returns the analyzer of a page: the text of a doc.go whose package comment
// has the heading "Analyzer NAME", and below it "NAME: what it does". That and
// all that follows is the analyzer's Doc. New panics if the page is not so.
func New(name, page string, run func(*analysis.Pass)) *analysis.Analyzer {
	f, err := parser.ParseFile(token.NewFileSet(), "", page,
		parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		panic(fmt.Sprintf("page of %s: %v", name, err))
	}
	_, doc, found := strings.Cut(f.Doc.Text(), "\n# Analyzer "+name+"\n\n"+name+": ")
	if !found {
		panic(fmt.Sprintf("page of %s: no heading, or no summary below it", name))
	}
	return &analysis.Analyzer{
		Name: name,
		Doc:  strings.TrimSpace(doc),
		URL:  URL(name),
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass)
			return nil, nil
		},
	}
}

// patterns are the packages of this part that an analyzer belongs to, where they
// have another name.
var patterns = map[string]string{
	"embeddedbloat": "bloatedinterface",
	"stringwrap":    "wrapverb",
}

// URL returns the path of the pattern that an analyzer reports, with the bug and
// its fix. It has no host: the site is where it is served from.
func URL(name string) string {
	return "/antipatterns/" + cmp.Or(patterns[name], name) + "/"
}

// Report reports at a node, with the analyzer's page and the fixes, if any.
func Report(pass *analysis.Pass, at ast.Node, message string, fixes ...analysis.SuggestedFix) {
	pass.Report(analysis.Diagnostic{
		Pos:            at.Pos(),
		End:            at.End(),
		Message:        message,
		URL:            pass.Analyzer.URL,
		SuggestedFixes: fixes,
	})
}

// Files returns the package's files that somebody wrote by hand.
func Files(pass *analysis.Pass) iter.Seq[*ast.File] {
	return func(yield func(*ast.File) bool) {
		for _, f := range pass.Files {
			if !ast.IsGenerated(f) && !yield(f) {
				return
			}
		}
	}
}

// Sources returns those of Files that are no tests.
func Sources(pass *analysis.Pass) iter.Seq[*ast.File] {
	return func(yield func(*ast.File) bool) {
		for f := range Files(pass) {
			name := pass.Fset.Position(f.Package).Filename
			if !strings.HasSuffix(name, "_test.go") && !yield(f) {
				return
			}
		}
	}
}

// Funcs returns the functions and function literals of a file that have a body.
func Funcs(f *ast.File) iter.Seq2[*ast.FuncType, *ast.BlockStmt] {
	return func(yield func(*ast.FuncType, *ast.BlockStmt) bool) {
		for n := range ast.Preorder(f) {
			switch fn := n.(type) {
			case *ast.FuncDecl:
				if fn.Body != nil && !yield(fn.Type, fn.Body) {
					return
				}
			case *ast.FuncLit:
				if !yield(fn.Type, fn.Body) {
					return
				}
			}
		}
	}
}

// Decls returns the declarations of the package's functions that have a body.
func Decls(pass *analysis.Pass) map[*types.Func]*ast.FuncDecl {
	found := map[*types.Func]*ast.FuncDecl{}
	for _, f := range pass.Files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if obj, ok := pass.TypesInfo.Defs[fn.Name].(*types.Func); ok {
				found[obj] = fn
			}
		}
	}
	return found
}

// Own calls visit for each node of a function's body, and leaves out the bodies
// of the functions in it.
func Own(body ast.Node, visit func(ast.Node)) {
	ast.Inspect(body, func(n ast.Node) bool {
		if _, nested := n.(*ast.FuncLit); nested && n != body {
			return false
		}
		if n != nil {
			visit(n)
		}
		return true
	})
}

// Callee returns the full name of what a call calls, such as fmt.Errorf,
// (*sync.Once).Do or panic, and "" for a function value.
func Callee(info *types.Info, call *ast.CallExpr) string {
	switch fn := typeutil.Callee(info, call).(type) {
	case *types.Func:
		return fn.FullName()
	case *types.Builtin:
		return fn.Name()
	}
	return ""
}

// NeverReturns says whether a call is of a function that, by its name, does not
// return: it ends the goroutine, the test or the process.
func NeverReturns(info *types.Info, call *ast.CallExpr) bool {
	name := Callee(info, call)
	switch name[strings.LastIndex(name, ".")+1:] {
	case "panic", "Exit", "Goexit", "FailNow", "SkipNow", "Skip", "Skipf",
		"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln":
		return true
	}
	return false
}

var errorType = types.Universe.Lookup("error").Type()

// IsError says whether t is the type error itself.
func IsError(t types.Type) bool { return t != nil && types.Identical(t, errorType) }

// Implements says whether a t is an error: the interface, or a type that has
// its method.
func Implements(t types.Type) bool {
	iface, ok := errorType.Underlying().(*types.Interface)
	return ok && t != nil && types.Implements(t, iface)
}

// Var returns the variable that an expression names, or nil.
func Var(info *types.Info, e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := info.ObjectOf(id).(*types.Var)
	return v
}
