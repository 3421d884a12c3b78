package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// A record is what one run has said of the bugs of a part, in the detectors'
// own words; the site shows them. It is written to DIR/PART.json. Paths in it
// are those of the repository, of $GOROOT and of $GOMODCACHE.
type record struct {
	Version  int             `json:"version"`
	Go       string          `json:"go"`       // go1.26.8
	Platform string          `json:"platform"` // linux/amd64
	Commands []string        `json:"commands"` // of the modes, as one would type them
	Reports  []recordedState `json:"reports"`  // by package, bug and detector
}

type recordedState struct {
	Package  string `json:"package"` // leak
	Name     string `json:"name"`    // FirstOnly
	File     string `json:"file"`    // from the package's folder; two packages may share a name
	Detector string `json:"detector"`
	State    string `json:"state"` // caught, silent, open
	Mode     string `json:"mode"`  // race or plain; none for what runs nothing
	Test     string `json:"test"`
	End      string `json:"end"` // how the process ended
	Runs     int    `json:"runs"`
	Text     string `json:"text"` // the report; else why it is open, or had nothing to look at
	Cut      int    `json:"cut"`  // lines left out at its end
}

// The most of a report that is kept. A stack overflow or the threads of a
// hanging server fill megabytes, and nobody reads beyond the first.
const (
	mostLines = 120
	mostBytes = 12 << 10
)

// writeRecord writes what tests and linters said, one file a part.
func writeRecord(ctx context.Context, root, dir string, both []mode, said report, fs []finding) error {
	trim, err := trimmer(ctx, root)
	if err != nil {
		return err
	}
	states, err := recorded(said, fs, trim)
	if err != nil {
		return err
	}
	r := record{Version: 1, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	for _, m := range both {
		r.Commands = append(r.Commands, m.String())
	}
	for _, part := range slices.Sorted(maps.Keys(states)) {
		r.Reports = states[part]
		text, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			return fmt.Errorf("writing the record: %w", err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("writing the record: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, part+".json"), append(text, '\n'), 0o644); err != nil {
			return fmt.Errorf("writing the record: %w", err)
		}
	}
	return nil
}

// recorded picks, by part, for each bug and detector the state that tells most:
// over both modes and all variants, and of equals the first.
func recorded(said report, fs []finding, trim func(string) string) (map[string][]recordedState, error) {
	byPart := map[string]map[string]recordedState{}
	put := func(part string, s recordedState) {
		s.Text, s.Cut = shorten(trim(s.Text))
		if byPart[part] == nil {
			byPart[part] = map[string]recordedState{}
		}
		key := strings.Join([]string{s.Package, s.Name, s.File, s.Detector}, " ")
		if old, seen := byPart[part][key]; !seen || rank[s.State] > rank[old.State] {
			byPart[part][key] = s
		}
	}
	for _, v := range said.verdicts {
		part, pkg, ours := place(v.Package)
		if v.Kind != "bug" || !ours {
			continue
		}
		file, _, _ := strings.Cut(v.At, ":")
		for _, c := range v.Cells {
			s := recordedState{
				Package: pkg, Name: v.Name, File: file, Detector: c.Detector, State: c.State,
				Mode: v.Mode, Test: v.Test, End: c.End, Runs: c.Runs, Text: c.Why,
			}
			if c.State == "caught" {
				text, err := os.ReadFile(filepath.Join(v.Reports, c.Detector+".txt"))
				if err != nil {
					return nil, fmt.Errorf("reading what %s said of %s: %w", c.Detector, v.Name, err)
				}
				s.Text = string(text)
			}
			put(part, s)
		}
	}
	for _, r := range said.refusals {
		if part, pkg, ours := place(r.Package); ours {
			put(part, recordedState{Package: pkg, Name: r.name(), File: r.File, Detector: r.Tool, State: "caught", Text: r.What})
		}
	}
	for _, f := range fs {
		part, pkg, file := f.place()
		if f.Said != "" {
			put(part, recordedState{Package: pkg, Name: f.Name, File: file, Detector: f.Tool, State: "caught", Text: f.Said})
		}
	}
	sorted := map[string][]recordedState{}
	for part, states := range byPart {
		sorted[part] = slices.SortedFunc(maps.Values(states), func(a, b recordedState) int {
			return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Name, b.Name), cmp.Compare(a.File, b.File), cmp.Compare(a.Detector, b.Detector))
		})
	}
	return sorted, nil
}

// shorten returns what is kept of a report, and how many lines are left out.
func shorten(text string) (kept string, cut int) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	n, size := 0, 0
	for n < len(lines) && n < mostLines && size+len(lines[n]) <= mostBytes {
		size += len(lines[n]) + 1
		n++
	}
	if n == 0 { // one line of a megabyte
		return strings.ToValidUTF8(lines[0][:mostBytes], string(utf8.RuneError)), len(lines) - 1
	}
	return strings.Join(lines[:n], "\n"), len(lines) - n
}

// trimmer takes this machine's folders out of paths.
func trimmer(ctx context.Context, root string) (func(string) string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("finding the root: %w", err)
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	dirs := strings.Fields(string(out))
	if len(dirs) != 2 {
		return nil, fmt.Errorf("go env GOROOT GOMODCACHE printed %q: the site wants two paths without spaces", out)
	}
	return strings.NewReplacer(
		root+string(filepath.Separator), "",
		filepath.Join(dirs[0], "src"), "$GOROOT/src",
		dirs[1], "$GOMODCACHE",
	).Replace, nil
}
