package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/goguide/tools/internal/notes"
)

var detectors = notes.Dynamic

const module = "example.com/goguide/"

// A bug is one row: a noted declaration and every detector's state, over both
// modes and all variants of its test.
type bug struct {
	part, pkg string // goroutines, leak
	name      string
	at, text  string
	others    []string // what the note names beside the detectors
	states    map[string]string
}

// rank orders states: what any mode has seen wins, and open means that none
// could look.
var rank = map[string]int{"open": 0, "silent": 1, "caught": 2, "some runs": 3}

func merge(vs []verdict) []bug {
	byName := map[string]*bug{}
	for _, v := range vs {
		rel, ours := strings.CutPrefix(v.Package, module)
		part, pkg, deep := strings.Cut(rel, "/")
		if v.Kind != "bug" || !ours || !deep {
			continue
		}
		key := v.Package + "." + v.Name
		b := byName[key]
		if b == nil {
			b = &bug{part: part, pkg: pkg, name: v.Name, at: v.At, text: v.Text, states: map[string]string{}}
			byName[key] = b
		}
		for _, item := range v.Note {
			name, doubtful := strings.CutSuffix(item, "?")
			switch {
			case doubtful:
				b.states[name] = "some runs"
			case !slices.Contains(detectors, item) && !slices.Contains(b.others, item):
				b.others = append(b.others, item)
			}
		}
		for _, c := range v.Cells {
			if old, seen := b.states[c.Detector]; !seen || rank[c.State] > rank[old] {
				b.states[c.Detector] = c.State
			}
		}
	}
	bugs := make([]bug, 0, len(byName))
	for _, b := range byName {
		bugs = append(bugs, *b)
	}
	slices.SortFunc(bugs, func(a, b bug) int {
		return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	})
	return bugs
}

func printTable(out io.Writer, bugs []bug) {
	width := 0
	for _, b := range bugs {
		width = max(width, len(b.pkg)+1+len(b.name))
	}
	part := ""
	for _, b := range bugs {
		if b.part != part {
			part = b.part
			fmt.Fprintf(out, "%-*s", width, part)
			for _, d := range detectors {
				fmt.Fprintf(out, "  %-11s", d)
			}
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%-*s", width, b.pkg+"."+b.name)
		for _, d := range detectors {
			fmt.Fprintf(out, "  %-11s", strings.Trim(mark(b.states[d]), "*"))
		}
		fmt.Fprintln(out, note(b.others))
	}
	fmt.Fprint(out, legend)
}

const legend = `
caught: the detector reports it. ·: it is silent. open: neither mode could look.
In parentheses: "test", only an assertion sees it; "until go1.N", that release
ended it; else the name of a linter that reports it.

`

func note(others []string) string {
	if len(others) == 0 {
		return ""
	}
	return "(" + strings.Join(others, ", ") + ")"
}

func printSummary(out io.Writer, bugs []bug, vs []verdict) {
	fixes := map[string]bool{}
	for _, v := range vs {
		if v.Kind == "fix" && strings.HasPrefix(v.Package, module) && strings.Contains(strings.TrimPrefix(v.Package, module), "/") {
			fixes[v.Package+v.Name] = true
		}
	}
	fmt.Fprintf(out, "%d bugs; %d fixes and near-misses to which no detector objects.\n", len(bugs), len(fixes))
	for _, d := range detectors {
		finds, only, open := 0, 0, 0
		for _, b := range bugs {
			switch b.states[d] {
			case "caught":
				finds++
				if b.caught() == 1 {
					only++
				}
			case "open":
				open++
			}
		}
		fmt.Fprintf(out, "  %-11s reports %2d, alone %2d", d, finds, only)
		if open > 0 {
			fmt.Fprintf(out, ", open %d", open)
		}
		fmt.Fprintln(out)
	}
	unseen := 0
	for _, b := range bugs {
		if b.caught() == 0 {
			unseen++
		}
	}
	fmt.Fprintf(out, "  no detector reports %d: only an assertion sees them\n", unseen)
}

// caught counts the detectors that report the bug every time.
func (b bug) caught() int {
	n := 0
	for _, s := range b.states {
		if s == "caught" {
			n++
		}
	}
	return n
}

const (
	begin = "<!-- matrix: written by make matrix -->"
	end   = "<!-- /matrix -->"
)

// updateReadmes writes each part's table into its README, between the markers.
func updateReadmes(root string, bugs []bug, check bool, out io.Writer) error {
	byPart := map[string][]bug{}
	for _, b := range bugs {
		byPart[b.part] = append(byPart[b.part], b)
	}
	for _, part := range slices.Sorted(maps.Keys(byPart)) {
		file := filepath.Join(root, part, "README.md")
		old, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("a part has a README: %w", err)
		}
		src, err := readSource(root, part)
		if err != nil {
			return err
		}
		if err := src.unproven(part, bugs); err != nil {
			return err
		}
		text, err := replaceBlock(string(old), markdown(byPart[part], src))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		switch {
		case text == string(old):
			fmt.Fprintln(out, path.Join(part, "README.md"), "is up to date")
		case check:
			return fmt.Errorf("%s: the table is stale: run make matrix and commit what it writes, such as\n\t%s", path.Join(part, "README.md"), firstDiff(string(old), text))
		default:
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return fmt.Errorf("writing the table: %w", err)
			}
			fmt.Fprintln(out, "wrote", path.Join(part, "README.md"))
		}
	}
	return nil
}

// firstDiff returns the first line of text that old does not have.
func firstDiff(old, text string) string {
	had := map[string]bool{}
	for line := range strings.Lines(old) {
		had[line] = true
	}
	for line := range strings.Lines(text) {
		if !had[line] {
			return strings.TrimSpace(line)
		}
	}
	return "one row less"
}

func replaceBlock(text, table string) (string, error) {
	head, rest, found := strings.Cut(text, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", fmt.Errorf("put the lines %q and %q where the table belongs", begin, end)
	}
	return head + begin + "\n" + table + end + tail, nil
}

func markdown(bugs []bug, src source) string {
	var b strings.Builder
	b.WriteString("| bug | ")
	for _, d := range detectors {
		fmt.Fprintf(&b, "[%s](../detect/README.md#detectors) | ", d)
	}
	b.WriteString("what goes wrong | instead |\n|---|" + strings.Repeat(":-:|", len(detectors)) + "---|---|\n")
	for _, bug := range bugs {
		file, line, _ := strings.Cut(bug.at, ":")
		fmt.Fprintf(&b, "| [%s.%s](%s/%s#L%s) |", bug.pkg, bug.name, bug.pkg, file, line)
		for _, d := range detectors {
			fmt.Fprintf(&b, " %s |", mark(bug.states[d]))
		}
		fmt.Fprintf(&b, " %s | %s |\n", strings.TrimSpace(strings.ReplaceAll(bug.text, "|", `\|`)+" "+note(bug.others)), src.instead(bug))
	}
	return b.String()
}

// mark keeps the table narrow: what is silent is a dot.
func mark(state string) string {
	switch state {
	case "caught":
		return "**caught**"
	case "silent":
		return "·"
	default:
		return state
	}
}
