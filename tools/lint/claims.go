package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/goguide/tools/internal/notes"
)

// A claim is what the notes of one function say of static tools.
type claim struct {
	file        string
	first, last int // lines
	name        string
	linters     []string
}

// notLinters lists what a note may name that detect.Bug proves, and the
// compiler, whose refusals live in testdata.
var notLinters = append([]string{"test", "compiler"}, notes.Dynamic...)

// claimsIn reads the notes of every buggy*.go in a module.
func claimsIn(root, module string) ([]claim, error) {
	var all []claim
	top := filepath.Join(root, module)
	err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if d.IsDir() || !isBuggy(file) {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return fmt.Errorf("naming %s: %w", file, err)
		}
		claims, err := claimsOf(file, filepath.ToSlash(rel))
		all = append(all, claims...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading BUG notes: %w", err)
	}
	return all, nil
}

func isBuggy(file string) bool {
	base := path.Base(filepath.ToSlash(file))
	return strings.HasPrefix(base, "buggy") && strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go")
}

func claimsOf(file, rel string) ([]claim, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	var all []claim
	for _, d := range notes.Of(fset, f) {
		c := claim{file: rel, first: d.First, last: d.Last, name: d.Name}
		for _, list := range d.Lists {
			c.linters = append(c.linters, linters(list)...)
		}
		all = append(all, c)
	}
	return all, nil
}

// linters picks golangci-lint's names out of a note's list.
func linters(list string) []string {
	var names []string
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSuffix(strings.TrimSpace(item), "?")
		switch {
		case slices.Contains(notLinters, item), strings.HasPrefix(item, "until "), strings.HasPrefix(item, "since "):
		case item == "vet":
			names = append(names, "govet")
		default:
			names = append(names, item)
		}
	}
	return names
}

// compare returns the findings that no note names and the names without a finding.
func compare(findings []finding, claims []claim) []string {
	var msgs []string
	seen := map[string]bool{} // claim and linter
	for _, f := range findings {
		named := false
		for _, c := range claims {
			if f.file == c.file && f.line >= c.first && f.line <= c.last && slices.Contains(c.linters, f.linter) {
				named = true
				seen[c.file+c.name+f.linter] = true
			}
		}
		if !named {
			msg := fmt.Sprintf("%s:%d: %s (%s)", f.file, f.line, f.text, f.linter)
			if isBuggy(f.file) {
				msg += ": if that is the bug, its BUG note must name " + f.linter
			}
			msgs = append(msgs, msg)
		}
	}
	for _, c := range claims {
		for _, l := range c.linters {
			if !seen[c.file+c.name+l] {
				msgs = append(msgs, fmt.Sprintf("%s:%d: the note of %s names %s, which finds nothing there", c.file, c.first, c.name, l))
			}
		}
	}
	return msgs
}
