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

// A claim is what one note says of static tools.
type claim struct {
	file    string
	at      int    // the line where the note begins
	line    int    // of the code that the note speaks of
	name    string // of the declaration: Cache.Get
	text    string // the note's sentence
	linters []string
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
		for _, n := range d.Notes {
			all = append(all, claim{file: rel, at: n.At, line: n.Line, name: d.Full(), text: n.Text, linters: linters(n.List)})
		}
	}
	return all, nil
}

// linters picks golangci-lint's names out of a note's list.
func linters(list string) []string {
	var names []string
	for _, item := range notes.Items(list) {
		item = strings.TrimSuffix(item, "?")
		switch {
		case slices.Contains(notLinters, item), strings.HasPrefix(item, "until "), strings.HasPrefix(item, "since "):
		default:
			names = append(names, item)
		}
	}
	return names
}

// compare returns the findings that no note of their line names, and the names
// without a finding on their note's line.
func compare(findings []finding, claims []claim) []string {
	var msgs []string
	for _, f := range findings {
		if slices.ContainsFunc(claims, func(c claim) bool { return c.names(f) }) {
			continue
		}
		msg := fmt.Sprintf("%s:%d: %s (%s)", f.file, f.line, f.text, f.linter)
		if isBuggy(f.file) {
			msg += ": if that is the bug, a BUG note on this line or just above it must name " + f.linter
		}
		msgs = append(msgs, msg)
	}
	for _, c := range claims {
		for _, l := range c.linters {
			if !slices.ContainsFunc(findings, func(f finding) bool { return f.linter == l && c.names(f) }) {
				msgs = append(msgs, fmt.Sprintf("%s:%d: the note of %s names %s, which finds nothing on this line", c.file, c.line, c.name, l))
			}
		}
	}
	return msgs
}

// unnoticed returns the names that a note could lose without a complaint.
func unnoticed(findings []finding, claims []claim) []string {
	before := len(compare(findings, claims))
	var msgs []string
	for i, c := range claims {
		for _, l := range c.linters {
			mutated := slices.Clone(claims)
			mutated[i].linters = slices.DeleteFunc(slices.Clone(c.linters), func(s string) bool { return s == l })
			if len(compare(findings, mutated)) == before {
				msgs = append(msgs, fmt.Sprintf("%s:%d: the note of %s could drop %s unnoticed: two notes name it on one line, or one names it twice", c.file, c.line, c.name, l))
			}
		}
	}
	return msgs
}

func (c claim) names(f finding) bool {
	return f.file == c.file && f.line == c.line && slices.Contains(c.linters, f.linter)
}
