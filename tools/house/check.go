package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/goguide/tools/internal/notes"
)

// parts are the modules that hold patterns.
var parts = []string{"goroutines", "channels", "context", "errors", "syncx", "generics", "web", "grpc", "antipatterns"}

// language is what the modules' go lines say.
const language = "go1.26"

// check returns what is missing, a line each.
func check(root string) ([]string, error) {
	var found []string
	for _, part := range parts {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				if path == filepath.Join(root, part) {
					return nil // a part gets its folder with its first package
				}
				return err
			}
			if !d.IsDir() {
				return nil
			}
			if d.Name() == "testdata" {
				return filepath.SkipDir
			}
			msgs, err := checkPackage(root, path)
			found = append(found, msgs...)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", part, err)
		}
	}
	return found, nil
}

// A folder is a parsed package, its tests apart.
type folder struct {
	rel          string
	fset         *token.FileSet
	files, tests []*ast.File
}

func checkPackage(root, dir string) ([]string, error) {
	p, err := parse(root, dir)
	if err != nil || !slices.ContainsFunc(p.files, byHand) {
		return nil, err
	}
	var found []string
	say := func(format string, args ...any) { found = append(found, p.rel+": "+fmt.Sprintf(format, args...)) }
	if len(p.tests) == 0 {
		say("no test: a claim without a proof")
	}
	if msg := unlisted(root, p.rel); msg != "" {
		say("%s", msg)
	}
	if !slices.ContainsFunc(p.files, func(f *ast.File) bool { return f.Doc != nil }) {
		say("no package comment: begin the main file with // Package %s …", p.files[0].Name.Name)
	}
	tests, proof := p.testNames(), p.calls("detect", "Fix")
	noted := 0
	for _, f := range p.files {
		name := filepath.Base(p.fset.Position(f.Package).Filename)
		for _, d := range notes.Of(p.fset, f) {
			fn, ok := d.Node.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lists := d.Lists()
			noted += len(lists)
			if strings.HasPrefix(name, "buggy") && fn.Name.IsExported() && fn.Recv == nil &&
				!strings.HasPrefix(fn.Name.Name, "New") && len(lists) == 0 {
				say("%s: %s has no BUG note; what is correct goes into another file", name, fn.Name.Name)
			}
			if len(lists) > 0 && !slices.ContainsFunc(tests, notes.TestOf(d.Name).MatchString) {
				say("%s: no test is named after %s", name, fn.Name.Name)
			}
			for _, msg := range fitsRelease(f, fn, lists) {
				say("%s: %s", name, msg)
			}
		}
	}
	if noted > 0 && !proof {
		say("no test calls detect.Fix: show the correct code and the near-miss beside the bug")
	}
	return found, nil
}

// byHand reports whether somebody has written a file. What is generated as a
// whole is proven by the package that it is generated for.
func byHand(f *ast.File) bool { return !ast.IsGenerated(f) }

// calls reports whether a test of the package calls pkg.name.
func (p folder) calls(pkg, name string) bool {
	found := false
	for _, f := range p.tests {
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
				x, ok := sel.X.(*ast.Ident)
				found = found || ok && x.Name == pkg
			}
			return !found
		})
	}
	return found
}

// unlisted says when the part's README has no row for a package. A package
// below another, or under internal, belongs to the one above it.
func unlisted(root, rel string) string {
	part, pkg, _ := strings.Cut(rel, "/")
	if pkg == "" || strings.Contains(pkg, "/") || pkg == "internal" {
		return ""
	}
	readme, err := os.ReadFile(filepath.Join(root, part, "README.md"))
	if err != nil || !strings.Contains(string(readme), "\n| ["+pkg+"](") {
		return part + "/README.md has no row for it: | [" + pkg + "](" + pkg + "/" + pkg + ".go) | use it to … | instead of … |"
	}
	return ""
}

func parse(root, dir string) (folder, error) {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return folder{}, fmt.Errorf("naming %s: %w", dir, err)
	}
	p := folder{rel: filepath.ToSlash(rel), fset: token.NewFileSet()}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return folder{}, fmt.Errorf("listing %s: %w", dir, err)
	}
	for _, name := range names {
		f, err := parser.ParseFile(p.fset, name, nil, parser.ParseComments)
		if err != nil {
			return folder{}, fmt.Errorf("parsing: %w", err)
		}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, f)
		} else {
			p.files = append(p.files, f)
		}
	}
	return p, nil
}

func (p folder) testNames() []string {
	var names []string
	for _, f := range p.tests {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}

// fitsRelease checks a function against its file's language version.
func fitsRelease(f *ast.File, fn *ast.FuncDecl, noted []string) []string {
	if f.GoVersion == "" || version.Compare(f.GoVersion, language) == 0 {
		return nil
	}
	older := version.Compare(f.GoVersion, language) < 0
	var msgs []string
	for _, list := range noted {
		switch {
		case older && !strings.Contains(list, "until go1."):
			msgs = append(msgs, fmt.Sprintf("BUG(%s) of %s is compiled as %s: say until go1.N, the release that ended it", list, fn.Name.Name, f.GoVersion))
		case !older && !strings.Contains(list, "since go1."):
			msgs = append(msgs, fmt.Sprintf("BUG(%s) of %s needs %s: say since %[3]s", list, fn.Name.Name, f.GoVersion))
		}
	}
	minor := strings.TrimPrefix(f.GoVersion, "go")
	if !older && len(noted) == 0 && fn.Name.IsExported() && !strings.Contains(fn.Doc.Text(), "Since Go "+minor) {
		msgs = append(msgs, fmt.Sprintf("%s needs %s: end its doc with \"Since Go %s.\"", fn.Name.Name, f.GoVersion, minor))
	}
	return msgs
}
