// Package notes reads BUG notes from parsed Go files, for the commands beside
// it. The kit in detect reads them for itself: it is made to be used alone.
package notes

import (
	"go/ast"
	"go/token"
	"regexp"
)

// Dynamic lists the detectors that detect.Bug runs, in the order of the tables.
var Dynamic = []string{"race", "goleak", "leakprofile", "synctest", "deadlock", "panic", "fatal", "hang"}

// Marker finds a note in a comment; its first group is the list.
var Marker = regexp.MustCompile(`BUG\(([^)]*)\)`)

// A Decl is a top-level declaration and the lists of its notes, as written
// between the parentheses.
type Decl struct {
	Name        string // without a receiver; "" for imports and groups
	Node        ast.Decl
	First, Last int // lines, from the doc comment to the last brace
	Lists       []string
}

// Of returns the declarations of a file in their order.
func Of(fset *token.FileSet, f *ast.File) []Decl {
	var all []Decl
	for _, node := range f.Decls {
		d := Decl{Name: name(node), Node: node, First: fset.Position(start(node)).Line, Last: fset.Position(node.End()).Line}
		for _, g := range f.Comments {
			for _, c := range g.List {
				if line := fset.Position(c.Pos()).Line; line < d.First || line > d.Last {
					continue
				}
				for _, m := range Marker.FindAllStringSubmatch(c.Text, -1) {
					d.Lists = append(d.Lists, m[1])
				}
			}
		}
		all = append(all, d)
	}
	return all
}

// TestOf matches the names of the tests that belong to a declaration.
func TestOf(decl string) *regexp.Regexp {
	return regexp.MustCompile(`^Test(.*_)?` + regexp.QuoteMeta(decl) + `(_|$)`)
}

func start(d ast.Decl) token.Pos {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil {
			return d.Doc.Pos()
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			return d.Doc.Pos()
		}
	}
	return d.Pos()
}

func name(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name
	case *ast.GenDecl:
		if len(d.Specs) == 1 {
			if t, ok := d.Specs[0].(*ast.TypeSpec); ok {
				return t.Name.Name
			}
		}
	}
	return ""
}
