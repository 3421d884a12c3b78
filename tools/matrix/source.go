package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/goguide/tools/internal/notes"
)

// A part's source, as far as the table needs it: package/name of a function,
// as verdicts write it (leak/Cache.Get), to what is known of it.
type source map[string]*function

type function struct {
	noted bool
	doc   string
	at    string // leak.go#L12
}

// readSource parses a part's packages without their tests and testdata.
func readSource(root, part string) (source, error) {
	src := source{}
	dir := filepath.Join(root, part)
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return fmt.Errorf("naming %s: %w", file, err)
		}
		return src.add(file, filepath.ToSlash(rel))
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", part, err)
	}
	return src, nil
}

func (src source) add(file, rel string) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("parsing: %w", err)
	}
	for _, d := range notes.Of(fset, f) {
		fn := &function{noted: len(d.Notes) > 0, at: fmt.Sprintf("%s#L%d", path.Base(rel), fset.Position(d.Node.Pos()).Line)}
		switch decl := d.Node.(type) {
		case *ast.FuncDecl:
			fn.doc = decl.Doc.Text()
		case *ast.GenDecl:
			fn.doc = decl.Doc.Text()
			fn.noted = false // a type's notes are the linters' business
		}
		src[path.Dir(rel)+"/"+d.Full()] = fn
	}
	return nil
}

// unproven lists the noted functions of which no test published a verdict. A
// deleted test would else only make the table shorter.
func (src source) unproven(part string, bugs []bug) error {
	var missing []string
	for key, fn := range src {
		pkg, name := path.Split(key)
		proven := slices.ContainsFunc(bugs, func(b bug) bool {
			return b.part == part && b.pkg+"/" == pkg && b.name == name
		})
		if fn.noted && !proven {
			missing = append(missing, part+"/"+key)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return errors.New("a BUG note without a proof: no test called detect.Bug for " + strings.Join(missing, ", "))
}

var compared = regexp.MustCompile(`Compare (.*?)\.(\s|$)`)

var docLink = regexp.MustCompile(`\[([\w.]+)\]`)

// instead links to the correct code that the bug's doc comment says to compare.
func (src source) instead(b bug) string {
	fn := src[b.pkg+"/"+b.name]
	if fn == nil {
		return ""
	}
	var links []string
	for _, m := range compared.FindAllStringSubmatch(strings.ReplaceAll(fn.doc, "\n", " "), -1) {
		for _, l := range docLink.FindAllStringSubmatch(m[1], -1) {
			if fix := src[b.pkg+"/"+l[1]]; fix != nil {
				links = append(links, fmt.Sprintf("[%s](%s/%s)", l[1], b.pkg, fix.at))
			}
		}
	}
	return strings.Join(links, ", ")
}
