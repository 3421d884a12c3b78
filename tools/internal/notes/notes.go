// Package notes reads BUG notes from parsed Go files, for the commands beside
// it. The kit in detect reads them for itself: it is made to be used alone.
package notes

import (
	"go/ast"
	"go/build/constraint"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// Dynamic lists the detectors that detect.Bug runs, in the order of the tables.
var Dynamic = []string{"race", "goleak", "leakprofile", "synctest", "deadlock", "panic", "fatal", "hang"}

// Marker finds a note in a comment; its first group is the list.
var Marker = regexp.MustCompile(`BUG\(([^)]*)\)`)

// A Note is one BUG comment.
type Note struct {
	List string // as written between the parentheses
	At   int    // the line where it begins
	Line int    // of the code that it speaks of
	Text string // the sentence, in one line
}

// A Decl is a top-level declaration with its notes.
type Decl struct {
	Name        string // without a receiver; "" for imports and groups
	Receiver    string // the type of a method, without pointer and parameters
	Node        ast.Decl
	First, Last int // lines, from the doc comment to the last brace
	Notes       []Note
}

// Full returns the name as tables write it: Cache.Get.
func (d Decl) Full() string {
	if d.Receiver != "" {
		return d.Receiver + "." + d.Name
	}
	return d.Name
}

// Lists returns the lists of the notes.
func (d Decl) Lists() []string {
	var lists []string
	for _, n := range d.Notes {
		lists = append(lists, n.List)
	}
	return lists
}

// Items splits the list of a note into its names, question marks kept.
func Items(list string) []string {
	var items []string
	for item := range strings.SplitSeq(list, ",") {
		items = append(items, strings.TrimSpace(item))
	}
	return items
}

// LeftOut says whether a file's //go:build line leaves it out of a Go of these
// releases (go/build has them: go1.1 to its own), whatever the other tags are.
func LeftOut(f *ast.File, releases []string) bool {
	for _, g := range f.Comments {
		for _, c := range g.List {
			if c.Pos() > f.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			expr, err := constraint.Parse(c.Text)
			if err != nil {
				return false // the compiler says so
			}
			built := func(others bool) bool {
				return expr.Eval(func(tag string) bool {
					if strings.HasPrefix(tag, "go1.") {
						return slices.Contains(releases, tag)
					}
					return others
				})
			}
			return !built(true) && !built(false)
		}
	}
	return false
}

// Of returns the declarations of a file in their order. A note speaks of the
// code on its own line, or else of the next line that has any.
func Of(fset *token.FileSet, f *ast.File) []Decl {
	code := codeLines(fset, f)
	var all []Decl
	for _, node := range f.Decls {
		d := Decl{Name: name(node), Receiver: receiver(node), Node: node, First: fset.Position(start(node)).Line, Last: fset.Position(node.End()).Line}
		for _, g := range f.Comments {
			for i, c := range g.List {
				at := fset.Position(c.Pos()).Line
				if at < d.First || at > d.Last {
					continue
				}
				line := at
				for line < d.Last && !code[line] {
					line++
				}
				for _, m := range Marker.FindAllStringSubmatch(c.Text, -1) {
					d.Notes = append(d.Notes, Note{List: m[1], At: at, Line: line, Text: sentence(g.List[i:])})
				}
			}
		}
		all = append(all, d)
	}
	return all
}

// codeLines returns the lines on which something begins or ends that is no
// comment.
func codeLines(fset *token.FileSet, f *ast.File) map[int]bool {
	lines := map[int]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.File:
		case *ast.Comment, *ast.CommentGroup:
			return false
		case *ast.FuncDecl, *ast.GenDecl, *ast.Field, *ast.ValueSpec, *ast.TypeSpec:
			// Their Pos may be that of the comment in front.
			lines[fset.Position(n.End()).Line] = true
		default:
			lines[fset.Position(n.Pos()).Line] = true
			lines[fset.Position(n.End()).Line] = true
		}
		return true
	})
	return lines
}

// TestOf matches the names of the tests that belong to a declaration.
func TestOf(decl string) *regexp.Regexp {
	return regexp.MustCompile(`^Test(.*_)?` + regexp.QuoteMeta(decl) + `(_|$)`)
}

// sentence returns the text of a note that begins in the first comment.
func sentence(comments []*ast.Comment) string {
	var text []string
	for i, c := range comments {
		line := strings.TrimSpace(strings.TrimPrefix(c.Text, "//"))
		if i > 0 && (line == "" || Marker.MatchString(line)) {
			break
		}
		text = append(text, line)
	}
	_, said, _ := strings.Cut(strings.Join(text, " "), "):")
	return strings.TrimSpace(said)
}

// receiver returns "Cache" for a method of Cache or *Cache[K, V].
func receiver(d ast.Decl) string {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn.Recv == nil {
		return ""
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
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
