package stringwrap

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"unicode"

	"golang.org/x/tools/go/analysis"

	"example.com/goguide/antipatterns/analyzers/internal/page"
)

//go:embed doc.go
var doc string

// Analyzer is the stringwrap analyzer.
var Analyzer = page.New("stringwrap", doc, run)

func run(pass *analysis.Pass) {
	for f := range page.Sources(pass) {
		for _, d := range f.Decls {
			known := asked(pass.TypesInfo, d)
			for n := range ast.Preorder(d) {
				if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
					check(pass, call, known)
				}
			}
		}
	}
}

// asked returns the variables that a declaration hands to errors.Is, As or
// AsType, and where it first does.
func asked(info *types.Info, d ast.Decl) map[*types.Var]token.Pos {
	found := map[*types.Var]token.Pos{}
	for n := range ast.Preorder(d) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		switch page.Callee(info, call) {
		case "errors.Is", "errors.As", "errors.AsType":
			v := page.Var(info, call.Args[0])
			if _, known := found[v]; !known {
				found[v] = call.Pos()
			}
		}
	}
	return found
}

func check(pass *analysis.Pass, call *ast.CallExpr, known map[*types.Var]token.Pos) {
	t := text{pass.TypesInfo}
	var err ast.Expr
	switch page.Callee(pass.TypesInfo, call) {
	case "errors.New":
		err = t.of(call.Args[0])
	case "fmt.Errorf":
		err = t.errorf(call.Args)
	}
	if err == nil {
		return
	}
	if v := page.Var(pass.TypesInfo, err); v != nil {
		if at, ok := known[v]; v.Kind() == types.ParamVar || ok && at < call.Pos() {
			return
		}
	}
	name := types.ExprString(err)
	page.Report(pass, call, "the new error has only the text of "+name+
		", which errors.Is does not find: write fmt.Errorf(\"…: %w\", "+name+")")
}

// A text is built from constants, and maybe from the text of an error.
type text struct{ info *types.Info }

// of returns the error whose text is in a string that + and fmt.Sprint build.
func (t text) of(e ast.Expr) ast.Expr {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return nil
		}
		if err := t.of(e.X); err != nil {
			return err
		}
		return t.of(e.Y)
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Error" && len(e.Args) == 0 &&
			page.Implements(t.info.TypeOf(sel.X)) {
			return sel.X
		}
		switch page.Callee(t.info, e) {
		case "fmt.Sprint", "fmt.Sprintf", "fmt.Sprintln":
			return t.sprint(e.Args)
		}
	}
	return nil
}

// errorf returns the error whose text is in the arguments of fmt.Errorf. Where
// the format has a %w, one error is wrapped, and the other's text is on purpose.
func (t text) errorf(args []ast.Expr) ast.Expr {
	format := t.constants(args[0])
	if strings.Contains(format, "%w") {
		return nil
	}
	if err := t.of(args[0]); err != nil {
		return err
	}
	for i, verb := range verbs(format) {
		if i+1 < len(args) && (verb == 's' || verb == 'v') {
			if err := t.of(args[i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// sprint is errorf for fmt.Sprint and its like, whose errors count themselves.
func (t text) sprint(args []ast.Expr) ast.Expr {
	for _, arg := range args {
		if page.Implements(t.info.TypeOf(arg)) {
			return arg
		}
		if err := t.of(arg); err != nil {
			return err
		}
	}
	return nil
}

// verbs returns the verbs of a format, one for each argument: none if the format
// counts its arguments, or takes a width from them.
func verbs(format string) []rune {
	var found []rune
	in := false
	for _, c := range format {
		switch {
		case !in:
			in = c == '%'
		case c == '*' || c == '[':
			return nil
		case c == '%':
			in = false
		case unicode.IsLetter(c):
			found = append(found, c)
			in = false
		}
	}
	return found
}

// constants returns the constant parts of a string, in order.
func (t text) constants(e ast.Expr) string {
	if v := t.info.Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	if sum, ok := ast.Unparen(e).(*ast.BinaryExpr); ok {
		return t.constants(sum.X) + t.constants(sum.Y)
	}
	return ""
}
