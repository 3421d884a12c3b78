package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A tally is how many bugs a detector or tool reports.
type tally struct {
	name           string
	reports, alone int // alone: no other reports them, a test's assertion neither
}

// tallies counts for each detector, each tool, and test, most first.
func tallies(bugs []bug) []tally {
	byName := map[string]*tally{}
	for _, d := range detectors {
		byName[d] = &tally{name: d}
	}
	for _, b := range bugs {
		seen := b.seenBy()
		for _, name := range seen {
			if byName[name] == nil {
				byName[name] = &tally{name: name}
			}
			byName[name].reports++
			if len(seen) == 1 {
				byName[name].alone++
			}
		}
	}
	var all []tally
	for _, t := range byName {
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b tally) int {
		return cmp.Or(cmp.Compare(b.reports, a.reports), cmp.Compare(a.name, b.name))
	})
	return all
}

// smallest returns a smallest set of detectors and tools that together report
// every bug that any reports, in the order of how many each adds. Of several
// sets of that size it takes the first by name.
func smallest(bugs []bug) []string {
	var rows [][]string
	for _, b := range bugs {
		if seen := b.seenBy(); len(seen) > 0 {
			rows = append(rows, seen)
		}
	}
	var needed []string // each sees a bug alone
	for _, r := range rows {
		if len(r) == 1 && !slices.Contains(needed, r[0]) {
			needed = append(needed, r[0])
		}
	}
	left := without(rows, needed)
	candidates := map[string]bool{}
	for _, r := range left {
		for _, name := range r {
			candidates[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(candidates))
	for size := 0; size <= len(names); size++ {
		if more, ok := cover(left, names, size); ok {
			return byGain(rows, append(needed, more...))
		}
	}
	return nil // not reached: all names together cover all rows
}

// cover looks for size of the names that see all rows.
func cover(rows [][]string, names []string, size int) ([]string, bool) {
	if len(rows) == 0 {
		return nil, true
	}
	if size == 0 {
		return nil, false
	}
	for i, name := range names {
		rest := without(rows, []string{name})
		if len(rest) == len(rows) {
			continue
		}
		if more, ok := cover(rest, names[i+1:], size-1); ok {
			return append([]string{name}, more...), true
		}
	}
	return nil, false
}

// without drops the rows that one of the names sees.
func without(rows [][]string, names []string) [][]string {
	var left [][]string
	for _, r := range rows {
		if !slices.ContainsFunc(r, func(n string) bool { return slices.Contains(names, n) }) {
			left = append(left, r)
		}
	}
	return left
}

func byGain(rows [][]string, names []string) []string {
	var order []string
	slices.Sort(names)
	for len(names) > 0 {
		best := slices.MinFunc(names, func(a, b string) int {
			return len(without(rows, []string{a})) - len(without(rows, []string{b}))
		})
		order = append(order, best)
		rows = without(rows, []string{best})
		names = slices.DeleteFunc(names, func(n string) bool { return n == best })
	}
	return order
}

func printSummary(out io.Writer, bugs []bug, vs []verdict) {
	fixes := map[string]bool{}
	for _, v := range vs {
		if _, _, ours := place(v.Package); ours && v.Kind == "fix" {
			fixes[v.Package+v.Name] = true
		}
	}
	fmt.Fprintf(out, "%d bugs; %d fixes and near-misses to which no detector objects.\n", len(bugs), len(fixes))
	for _, t := range tallies(bugs) {
		fmt.Fprintf(out, "  %-13s reports %3d, alone %3d", t.name, t.reports, t.alone)
		open := 0
		for _, b := range bugs {
			if b.states[t.name] == "open" {
				open++
			}
		}
		if open > 0 {
			fmt.Fprintf(out, ", open %d", open)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, "A smallest set that reports all of them:", strings.Join(smallest(bugs), ", "))
}

// summary is what the README says of the whole matrix.
func summary(bugs []bug) string {
	var b strings.Builder
	refused := 0
	for _, c := range bugs {
		if c.unrun && strings.Contains(c.file, "testdata/") {
			refused++
		}
	}
	fmt.Fprintf(&b, "%d bugs that run, or that a linter reports, and %d lines that the compiler or vet refuses. "+
		"The last column counts those that nothing else reports.\n\n", len(bugs)-refused, refused)
	b.WriteString("| | reports | alone |\n|---|--:|--:|\n")
	for _, t := range tallies(bugs) {
		fmt.Fprintf(&b, "| `%s` | %d | %d |\n", t.name, t.reports, t.alone)
	}
	fmt.Fprintf(&b, "\nA smallest set that reports them all, what adds most first: %s.\n", "`"+strings.Join(smallest(bugs), "`, `")+"`")
	return b.String()
}
