package main

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A bug is one row: a noted declaration and every detector's state, over both
// modes and all variants of its test; or code that nothing runs, in testdata or
// in a type.
type bug struct {
	part, pkg string // goroutines, leak
	name      string
	file      string // from the package's folder
	line      int
	text      string
	unrun     bool
	others    []string          // until or since a release
	test      bool              // an assertion sees it
	static    []string          // the tools that report it without running it
	states    map[string]string // of each detector; none if unrun
}

func (b bug) at() string { return fmt.Sprintf("%s#L%d", path.Join(b.pkg, b.file), b.line) }

// rank orders states: what any mode has seen wins, and open means that none
// could look.
var rank = map[string]int{"open": 0, "silent": 1, "caught": 2, "some runs": 3}

// closed fails if neither mode could look at a cell, of which the tables would
// then say nothing.
func closed(bugs []bug) error {
	var open []string
	for _, b := range bugs {
		for _, d := range detectors {
			if b.states[d] == "open" {
				open = append(open, fmt.Sprintf("%s/%s.%s %s", b.part, b.pkg, b.name, d))
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	return fmt.Errorf("no run has closed these cells: %s\n"+
		"\tThe tests' output says why (go test -v). Drop a detect.Without from the Bug: what cannot look there is silent;\n"+
		"\tand run it on Linux, for only there can deadlock look", strings.Join(open, ", "))
}

// merge makes rows of what both modes and the linters said.
func merge(said report, fs []finding) []bug {
	rows := map[string]*bug{}
	for _, v := range said.verdicts {
		part, pkg, ours := place(v.Package)
		if v.Kind != "bug" || !ours {
			continue
		}
		key := v.Package + "." + v.Name
		if rows[key] == nil {
			rows[key] = newBug(part, pkg, v)
		}
		rows[key].add(v)
	}
	addStatic(rows, said.refusals, fs)
	bugs := make([]bug, 0, len(rows))
	for _, b := range rows {
		bugs = append(bugs, *b)
	}
	slices.SortFunc(bugs, compare)
	return bugs
}

// compare is the order of the rows.
func compare(a, b bug) int {
	return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name), cmp.Compare(a.file, b.file))
}

// place splits an import path of a part into part and package.
func place(importPath string) (part, pkg string, ours bool) {
	rel, ours := strings.CutPrefix(importPath, module)
	part, pkg, deep := strings.Cut(rel, "/")
	return part, pkg, ours && deep && part != "detect"
}

func newBug(part, pkg string, v verdict) *bug {
	file, line, _ := strings.Cut(v.At, ":")
	n, _ := strconv.Atoi(line) // detect writes a number
	return &bug{part: part, pkg: pkg, name: v.Name, file: file, line: n, text: v.Text, states: map[string]string{}}
}

// add takes what one variant of a bug's test said in one mode.
func (b *bug) add(v verdict) {
	for _, item := range v.Note {
		name, doubtful := strings.CutSuffix(item, "?")
		switch {
		case doubtful:
			b.states[name] = "some runs"
		case item == "test":
			b.test = true
		case strings.Contains(item, " ") && !slices.Contains(b.others, item):
			b.others = append(b.others, item)
		}
	}
	for _, c := range v.Cells {
		if old, seen := b.states[c.Detector]; !seen || rank[c.State] > rank[old] {
			b.states[c.Detector] = c.State
		}
	}
}

// seenBy lists all that report the bug every time: detectors, tools, and test.
func (b bug) seenBy() []string {
	var all []string
	for _, d := range detectors {
		if b.states[d] == "caught" {
			all = append(all, d)
		}
	}
	all = append(all, b.static...)
	if b.test {
		all = append(all, "test")
	}
	return all
}
