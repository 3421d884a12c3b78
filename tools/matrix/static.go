package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A finding is what make lint wrote of a finding that a BUG note names.
type finding struct {
	File, Tool, Name, Text string
	Said                   string // the tool's own words
	At                     int    // the line where the note begins
}

// readFindings reads what make lint has left for the modules of the workspace.
func readFindings(root string) ([]finding, error) {
	var all []finding
	dir := filepath.Join(root, ".cache", "lint")
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		var fs []finding
		if err := json.Unmarshal(text, &fs); err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		all = append(all, fs...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("no findings of the linters: run make lint first: %w", err)
	}
	return all, nil
}

// place splits the file of a finding into part, package and the rest.
func (f finding) place() (part, pkg, file string) {
	part, rest, _ := strings.Cut(f.File, "/")
	i := strings.LastIndex(rest, "/")
	if i < 0 {
		return part, "", rest
	}
	return part, rest[:i], rest[i+1:]
}

// A refusal is what detect/refused publishes of one line of testdata.
type refusal struct {
	Tool, File, Decl, Doc, What string
	Line, DeclLine              int
	// Package is the import path, from the event that carried it.
	Package string `json:"-"`
}

func (r refusal) name() string {
	if r.Decl != "" {
		return r.Decl
	}
	return fmt.Sprintf("%s:%d", filepath.Base(r.File), r.Line)
}

// line is where the name stands.
func (r refusal) line() int {
	if r.Decl != "" {
		return r.DeclLine
	}
	return r.Line
}

func (r refusal) text() string {
	if r.Tool == "compiler" || r.Doc == "" {
		return r.What
	}
	return r.Doc
}

// addStatic adds what tools say that run nothing: to the rows that there are,
// and rows of its own for a type with a note and for code that is refused.
func addStatic(rows map[string]*bug, rs []refusal, fs []finding) {
	for _, r := range rs {
		part, pkg, ours := place(r.Package)
		if !ours {
			continue
		}
		key := r.Package + " " + r.File + " " + r.name()
		if rows[key] == nil {
			rows[key] = &bug{part: part, pkg: pkg, name: r.name(), file: r.File, line: r.line(), text: r.text(), unrun: true}
		}
		rows[key].sees(r.Tool)
	}
	for _, f := range fs {
		part, pkg, file := f.place()
		key := module + part + "/" + pkg + "." + f.Name
		if rows[key] == nil {
			rows[key] = &bug{part: part, pkg: pkg, name: f.Name, file: file, line: f.At, text: f.Text, unrun: true}
		}
		rows[key].sees(f.Tool)
	}
}

func (b *bug) sees(tool string) {
	if !slices.Contains(b.static, tool) {
		b.static = append(b.static, tool)
		slices.Sort(b.static)
	}
}
