package main

import (
	"cmp"
	"fmt"
	"go/ast"
	gobuild "go/build"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/goguide/tools/internal/notes"
)

// A mutant is one change to one file.
type mutant struct {
	file   string // absolute
	rel    string // from the root
	dir    string // the package's folder, absolute
	decl   string // the function, or the line of what is refused
	what   string
	text   string         // the whole file, changed
	code   bool           // the change is in the code, not in a comment
	run    string         // the tests that have to fail, as in -test.run
	reason *regexp.Regexp // what they have to print then; nil for anything
}

func (m mutant) String() string { return fmt.Sprintf("%s: %s: %s", m.rel, m.decl, m.what) }

func compare(a, b mutant) int {
	return cmp.Or(cmp.Compare(a.rel, b.rel), cmp.Compare(a.decl, b.decl), cmp.Compare(a.what, b.what))
}

// find makes the mutants of every BUG note outside detect and testdata, and of
// every refusal that a test proves.
func find(root string) ([]mutant, error) {
	var all []mutant
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(root, path) {
				return filepath.SkipDir
			}
			return nil
		}
		var ms []mutant
		switch {
		case strings.HasSuffix(path, "_test.go"):
			ms, err = refusals(root, path)
		case strings.HasSuffix(path, ".go"):
			ms, err = inFile(root, path)
		}
		all = append(all, ms...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for BUG notes: %w", err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no BUG note in %s", root)
	}
	slices.SortFunc(all, compare)
	return all, nil
}

// skipped says of a folder that it holds no pattern: the kit and the tools at
// the root (generics/tools is a package like others), testdata and .git.
func skipped(root, dir string) bool {
	name := filepath.Base(dir)
	atRoot := filepath.Dir(dir) == filepath.Clean(root)
	return dir != root && (name == "testdata" || strings.HasPrefix(name, ".") || atRoot && (name == "detect" || name == "tools"))
}

func inFile(root, path string) ([]mutant, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("reading BUG notes: %w", err)
	}
	if notes.LeftOut(f, gobuild.Default.ReleaseTags) {
		return nil, nil // no test of this release runs it
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return nil, fmt.Errorf("reading BUG notes: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading BUG notes: %w", err)
	}
	src := string(text)
	var all []mutant
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		from, to := fset.Position(fn.Pos()).Offset, fset.Position(fn.End()).Offset
		if fn.Doc != nil {
			from = fset.Position(fn.Doc.Pos()).Offset
		}
		if eol := strings.IndexByte(src[to:], '\n'); eol >= 0 {
			to += eol // the comment behind the last brace
		}
		add := func(what, text string, code bool) {
			all = append(all, mutant{
				file: path, rel: rel, dir: filepath.Dir(path), decl: fn.Name.Name, what: what, text: text, code: code,
				run: notes.TestOf(fn.Name.Name).String(),
			})
		}
		noted := notes.Marker.FindAllStringSubmatch(src[from:to], -1)
		if !provenByBug(noted) {
			continue
		}
		add("the notes are gone", src[:from]+notes.Marker.ReplaceAllString(src[from:to], "NOTE($1)")+src[to:], false)
		for _, c := range changes(noted) {
			add(c.what, src[:from]+c.to(src[from:to])+src[to:], false)
		}
		open := fset.Position(fn.Body.Lbrace).Offset + 1
		add("the function returns at once", src[:open]+" if true { "+returnZero(fset, fn)+" }; "+src[open:], true)
	}
	return all, nil
}

// provenByBug tells notes for detect.Bug from those of static tools alone.
func provenByBug(noted [][]string) bool {
	for _, n := range noted {
		for _, item := range notes.Items(n[1]) {
			if slices.Contains(notes.Dynamic, item) || item == "test" {
				return true
			}
		}
	}
	return false
}

// A change is made to the text of a function.
type change struct {
	what string
	to   func(text string) string
}

// changes drops each required detector from all the notes of a function, and
// adds the first one that none of them names.
func changes(noted [][]string) []change {
	var all []change
	named := map[string]bool{} // with its question mark, if it has one
	for _, n := range noted {
		for _, item := range notes.Items(n[1]) {
			named[item] = true
		}
	}
	for _, d := range notes.Dynamic {
		if named[d] {
			all = append(all, change{"the note drops " + d, func(text string) string { return without(text, d) }})
		}
	}
	for _, d := range notes.Dynamic {
		if !named[d] && !named[d+"?"] {
			more := "BUG(" + noted[0][1] + ", " + d + ")"
			all = append(all, change{"the note adds " + d, func(text string) string { return strings.Replace(text, noted[0][0], more, 1) }})
			break
		}
	}
	return all
}

// without drops a detector from the notes in a text. A note that names nothing
// else is left to an assertion.
func without(text, detector string) string {
	return notes.Marker.ReplaceAllStringFunc(text, func(note string) string {
		items := notes.Items(notes.Marker.FindStringSubmatch(note)[1])
		rest := slices.DeleteFunc(items, func(s string) bool { return s == detector })
		if len(rest) == 0 {
			rest = []string{"test"}
		}
		return "BUG(" + strings.Join(rest, ", ") + ")"
	})
}

// returnZero is a return statement that fits the function.
func returnZero(fset *token.FileSet, fn *ast.FuncDecl) string {
	if fn.Type.Results == nil {
		return "return"
	}
	var zeros []string
	for _, r := range fn.Type.Results.List {
		var t strings.Builder
		_ = printer.Fprint(&t, fset, r.Type) // to memory
		for range max(1, len(r.Names)) {
			zeros = append(zeros, "*new("+t.String()+")")
		}
	}
	return "return " + strings.Join(zeros, ", ")
}
