package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	begin = "<!-- matrix: written by make matrix -->"
	end   = "<!-- /matrix -->"

	configFile  = ".golangci.yml"
	configBegin = "# matrix: written by make matrix"
	configEnd   = "# /matrix"
)

// updateReadmes writes each part's table into its README, the summary into that
// of the root, and what each linter guards into the linters' configuration.
func updateReadmes(root string, bugs []bug, check bool, out io.Writer) error {
	byPart := map[string][]bug{}
	for _, b := range bugs {
		byPart[b.part] = append(byPart[b.part], b)
	}
	for _, part := range slices.Sorted(maps.Keys(byPart)) {
		src, err := readSource(root, part)
		if err != nil {
			return err
		}
		if err := src.unproven(part, bugs); err != nil {
			return err
		}
		if err := updateBlock(root, path.Join(part, "README.md"), begin, markdown(byPart[part], src), end, check, out); err != nil {
			return err
		}
	}
	if err := updateBlock(root, "README.md", begin, summary(bugs), end, check, out); err != nil {
		return err
	}
	return updateBlock(root, configFile, configBegin, guards(bugs), configEnd, check, out)
}

// updateBlock puts a table between the markers of a file.
func updateBlock(root, name, begin, table, end string, check bool, out io.Writer) error {
	file := filepath.Join(root, filepath.FromSlash(name))
	old, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading what make matrix writes to: %w", err)
	}
	text, err := replaceBlock(string(old), begin, table, end)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case text == string(old):
		fmt.Fprintln(out, name, "is up to date")
	case check:
		return fmt.Errorf("%s: the table is stale: run make matrix and commit what it writes, such as\n\t%s", name, firstDiff(string(old), text))
	default:
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing the table: %w", err)
		}
		fmt.Fprintln(out, "wrote", name)
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

func replaceBlock(text, begin, table, end string) (string, error) {
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
	b.WriteString("static | what goes wrong | instead |\n|---|" + strings.Repeat(":-:|", len(detectors)) + "---|---|---|\n")
	for _, bug := range bugs {
		fmt.Fprintf(&b, "| [%s.%s](%s) |", bug.pkg, bug.name, bug.at())
		for _, d := range detectors {
			fmt.Fprintf(&b, " %s |", bug.mark(d))
		}
		static := "·"
		if len(bug.static) > 0 {
			static = "**" + strings.Join(bug.static, ", ") + "**"
		}
		fmt.Fprintf(&b, " %s | %s | %s |\n", static, strings.TrimSpace(strings.ReplaceAll(bug.text, "|", `\|`)+" "+bug.note()), src.instead(bug))
	}
	return b.String()
}
