package code

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/goguide/site/internal/highlight"
)

// readPackage reads the files of one folder, by its path from the part, and of
// its testdata. A folder that has only tests or testdata is none.
func (r *Repo) readPackage(part, rel string, names []string) (*Package, error) {
	p := &Package{Part: part, Path: rel}
	fset := token.NewFileSet()
	var documented []*ast.File
	for _, name := range names {
		f, err := r.readFile(fset, name)
		if err != nil {
			return nil, err
		}
		p.Files = append(p.Files, f)
		if !f.Testdata && f.syntax != nil {
			documented = append(documented, f.syntax)
		}
		if !f.Testdata && !f.Test {
			p.Name = f.syntax.Name.Name
		}
	}
	if p.Name == "" {
		return nil, nil
	}
	p.sort()
	for _, f := range p.Files {
		if !f.Test && !f.Generated {
			p.Decls = append(p.Decls, f.Decls...)
		}
	}
	// The order in which go/doc meets files decides whose comment comes first.
	slices.SortFunc(documented, func(a, b *ast.File) int {
		return cmp.Compare(fset.Position(a.Package).Filename, fset.Position(b.Package).Filename)
	})
	documented = slices.DeleteFunc(documented, func(f *ast.File) bool {
		return f.Name.Name != p.Name && f.Name.Name != p.Name+"_test"
	})
	var err error
	p.Docs, err = doc.NewFromFiles(fset, documented, "example.com/goguide/"+p.Dir(), doc.AllDecls|doc.PreserveAST)
	if err != nil {
		return nil, fmt.Errorf("reading the comments of %s: %w", p.Dir(), err)
	}
	return p, nil
}

// sort puts what a reader wants first in front.
func (p *Package) sort() {
	base := filepath.Base(p.Dir()) + ".go"
	rank := func(f *File) int {
		switch {
		case f.Testdata:
			return 5
		case f.Test:
			return 4
		case f.Generated:
			return 3
		case f.Buggy:
			return 2
		case f.Base() != base:
			return 1
		}
		return 0
	}
	slices.SortFunc(p.Files, func(a, b *File) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Path, b.Path)) })
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func (r *Repo) readFile(fset *token.FileSet, name string) (*File, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading source: %w", err)
	}
	rel, err := filepath.Rel(r.Root, name)
	if err != nil {
		return nil, fmt.Errorf("naming %s: %w", name, err)
	}
	f := &File{Path: filepath.ToSlash(rel), src: src, Lines: highlight.Go(src), Generated: generated.Match(src)}
	f.Testdata = strings.Contains("/"+f.Path, "/testdata/")
	f.Test = strings.HasSuffix(f.Path, "_test.go")
	f.Buggy = strings.HasPrefix(f.Base(), "buggy")
	r.files[f.Path] = f
	f.syntax, err = parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		if f.Testdata {
			f.syntax = nil // some of it is there because it does not parse
			return f, nil
		}
		return nil, fmt.Errorf("parsing: %w", err)
	}
	f.Release = f.release()
	f.readDecls(fset)
	return f, nil
}

// release returns the language that a go:build line asks for.
func (f *File) release() string {
	for _, g := range f.syntax.Comments {
		for _, c := range g.List {
			if c.Pos() < f.syntax.Package && constraint.IsGoBuild(c.Text) {
				if x, err := constraint.Parse(c.Text); err == nil {
					return constraint.GoVersion(x)
				}
			}
		}
	}
	return ""
}

func (f *File) readDecls(fset *token.FileSet) {
	line := func(p token.Pos) int { return fset.Position(p).Line }
	code := codeLines(fset, f.syntax)
	for _, node := range f.syntax.Decls {
		d := &Decl{File: f, To: line(node.End())}
		var comment *ast.CommentGroup
		switch node := node.(type) {
		case *ast.FuncDecl:
			comment = node.Doc
			d.From = line(node.Type.Func)
			d.Kind, d.Name = "func", node.Name.Name
			d.Exported = node.Name.IsExported()
			d.Constructor = strings.HasPrefix(d.Name, "New")
			if recv := receiver(node); recv != "" {
				d.Kind, d.Name = "method", recv+"."+d.Name
				d.Exported = d.Exported && ast.IsExported(recv)
			}
			d.Names = []string{d.Name}
		case *ast.GenDecl:
			comment = node.Doc
			d.From = line(node.TokPos)
			d.Kind = node.Tok.String()
			d.Names = namesOf(node)
			if len(d.Names) == 0 {
				continue // imports
			}
			d.Name = d.Names[0]
			d.Exported = slices.ContainsFunc(d.Names, ast.IsExported)
		}
		d.DocFrom = d.From
		if comment != nil {
			d.DocFrom = line(comment.Pos())
			d.Doc = withoutNotes(comment.Text())
		}
		d.Notes = notesIn(fset, f.syntax, d, code)
		f.Decls = append(f.Decls, d)
	}
}

func namesOf(node *ast.GenDecl) []string {
	var names []string
	for _, s := range node.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			for _, n := range s.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
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

var marker = regexp.MustCompile(`BUG\(([^)]*)\)`)

// withoutNotes takes BUG notes out of a doc comment: the page shows them apart.
func withoutNotes(text string) string {
	var kept []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if m := marker.FindStringIndex(paragraph); m != nil {
			paragraph = paragraph[:m[0]]
		}
		kept = append(kept, paragraph)
	}
	return strings.TrimSpace(strings.Join(kept, "\n\n"))
}

// notesIn finds the notes in a declaration. A note speaks of the code on its
// own line, or else of the next line that has any.
func notesIn(fset *token.FileSet, f *ast.File, d *Decl, code map[int]bool) []Note {
	var all []Note
	for _, g := range f.Comments {
		for i, c := range g.List {
			at := fset.Position(c.Pos()).Line
			m := marker.FindStringSubmatch(c.Text)
			if m == nil || at < d.DocFrom || at > d.To {
				continue
			}
			n := Note{List: m[1], First: at, Line: at}
			text, lines := sentence(g.List[i:])
			n.Text, n.Last = text, at+lines-1
			for n.Line < d.To && !code[n.Line] {
				n.Line++
			}
			all = append(all, n)
		}
	}
	return all
}

func sentence(comments []*ast.Comment) (text string, lines int) {
	var said []string
	for i, c := range comments {
		line := strings.TrimSpace(strings.TrimPrefix(c.Text, "//"))
		if i > 0 && (line == "" || marker.MatchString(line)) {
			break
		}
		said = append(said, line)
	}
	_, text, _ = strings.Cut(strings.Join(said, " "), "):")
	return strings.TrimSpace(text), len(said)
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
			lines[fset.Position(n.End()).Line] = true // Pos may be a comment's
		default:
			lines[fset.Position(n.Pos()).Line] = true
			lines[fset.Position(n.End()).Line] = true
		}
		return true
	})
	return lines
}

// An order is that of the packages in a part's README.
type order map[string]int

var packageRow = regexp.MustCompile(`(?m)^\| \[([\w/]+)\]\(`)

func rows(readme string) order {
	text, err := os.ReadFile(readme)
	if err != nil {
		return nil // then by name
	}
	text, _, _ = bytes.Cut(text, []byte("<!-- matrix:"))
	o := order{}
	for i, m := range packageRow.FindAllStringSubmatch(string(text), -1) {
		if _, seen := o[m[1]]; !seen {
			o[m[1]] = i
		}
	}
	return o
}

func (o order) compare(a, b string) int {
	place := func(path string) int {
		if i, ok := o[path]; ok {
			return i
		}
		if path == "" {
			return -1
		}
		return len(o)
	}
	return cmp.Or(place(a)-place(b), cmp.Compare(a, b))
}
