// Command lint runs golangci-lint over modules and holds its findings to the
// BUG notes. A finding inside a function of a buggy*.go must be named by a note
// of that function; a linter that a note names must have a finding there; a
// finding anywhere else is a failure.
//
//	go run ./lint -root DIR -linter golangci-lint [-goguidevet goguidevet] [-out DIR] MODULE …
//
// With -goguidevet it also runs goguide's own analyzers. With -out it writes what
// the notes name and the tools found, for command matrix, to DIR/MODULE.json.
//
// Each run also breaks each claim once, by dropping a name from its note, and
// fails where nothing would notice.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the folder that holds .golangci.yml")
	linter := flag.String("linter", "golangci-lint", "the golangci-lint to run")
	goguidevet := flag.String("goguidevet", "", "the goguidevet to run, if any")
	out := flag.String("out", "", "the folder to write findings to, if any")
	flag.Parse()
	bad := false
	for _, module := range flag.Args() {
		found, broken, err := lint(context.Background(), *root, tools{*linter, *goguidevet}, *out, module)
		if err != nil {
			fmt.Fprintf(os.Stderr, "lint: %s: %v\n", module, err)
			os.Exit(2)
		}
		for _, msg := range found {
			fmt.Println(msg)
			bad = true
		}
		if len(found) == 0 && broken > 0 {
			fmt.Printf("%s: %d claims of static tools hold, and none can be dropped unnoticed\n", module, broken)
		}
	}
	if bad {
		os.Exit(1)
	}
}

// lint returns what is wrong in one module, a line each, and how many claims it
// has broken.
func lint(ctx context.Context, root string, use tools, out, module string) (wrong []string, broken int, err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return nil, 0, fmt.Errorf("finding the root: %w", err)
	}
	findings, err := golangci(ctx, root, use.linter, module)
	if err != nil {
		return nil, 0, err
	}
	if use.goguidevet != "" {
		ours, err := vet(ctx, root, use.goguidevet, module)
		if err != nil {
			return nil, 0, err
		}
		findings = append(findings, ours...)
	}
	claims, err := claimsIn(root, module)
	if err != nil {
		return nil, 0, err
	}
	if out != "" {
		if err := write(out, module, noted(findings, claims)); err != nil {
			return nil, 0, err
		}
	}
	for _, c := range claims {
		broken += len(c.linters)
	}
	return append(compare(findings, claims), unnoticed(findings, claims)...), broken, nil
}

// A finding is one line of golangci-lint's report.
type finding struct {
	file         string // from the root, with slashes
	line         int
	linter, text string
}

// tools are the commands to run.
type tools struct{ linter, goguidevet string }

func golangci(ctx context.Context, root, linter, module string) ([]finding, error) {
	cmd := exec.CommandContext(ctx, linter, "run", "--config", filepath.Join(root, ".golangci.yml"),
		"--output.json.path=stdout", "--show-stats=false", "--issues-exit-code=0", "--allow-parallel-runners", "./...")
	cmd.Dir = filepath.Join(root, module)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("golangci-lint: %w\n%s", err, errs.String())
	}
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct {
				Filename string
				Line     int
			}
		}
	}
	if err := json.NewDecoder(&out).Decode(&report); err != nil {
		return nil, fmt.Errorf("reading golangci-lint's report: %w", err)
	}
	vets, err := vetsAnalyzers(ctx)
	if err != nil {
		return nil, err
	}
	var all []finding
	for _, i := range report.Issues {
		if strings.Contains(i.Text, "(related information)") {
			continue // a second line of a finding
		}
		all = append(all, finding{filepath.ToSlash(i.Pos.Filename), i.Pos.Line, toolOf(i.FromLinter, i.Text, vets), i.Text})
	}
	return all, nil
}

// vet runs goguide's own analyzers. Not by go vet -vettool, which would also run
// them over every dependency, for facts that they do not have.
func vet(ctx context.Context, root, goguidevet, module string) ([]finding, error) {
	goguidevet, err := filepath.Abs(goguidevet)
	if err != nil {
		return nil, fmt.Errorf("finding goguidevet: %w", err)
	}
	cmd := exec.CommandContext(ctx, goguidevet, "-json", "./...")
	cmd.Dir = filepath.Join(root, module)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("goguidevet: %w\n%s", err, errs.String())
	}
	return readVet(&out, root)
}

// readVet reads what goguidevet -json prints. A package that has tests is there
// with and without them.
func readVet(r io.Reader, root string) ([]finding, error) {
	var packages map[string]map[string][]struct{ Posn, Message string }
	if err := json.NewDecoder(r).Decode(&packages); err != nil {
		return nil, fmt.Errorf("reading goguidevet's report: %w", err)
	}
	seen := map[finding]bool{}
	for _, byAnalyzer := range packages {
		for analyzer, diagnostics := range byAnalyzer {
			for _, d := range diagnostics {
				f, err := at(root, d.Posn)
				if err != nil {
					return nil, err
				}
				f.linter, f.text = analyzer, d.Message
				seen[f] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b finding) int {
		return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.line, b.line), strings.Compare(a.linter, b.linter))
	}), nil
}

// at reads FILE:LINE:COLUMN.
func at(root, posn string) (finding, error) {
	parts := strings.Split(posn, ":")
	if len(parts) < 3 {
		return finding{}, fmt.Errorf("reading a position: %s has no line and column", posn)
	}
	line, err := strconv.Atoi(parts[len(parts)-2])
	if err != nil {
		return finding{}, fmt.Errorf("reading the position %s: %w", posn, err)
	}
	rel, err := filepath.Rel(root, strings.Join(parts[:len(parts)-2], ":"))
	if err != nil {
		return finding{}, fmt.Errorf("reading the position %s: %w", posn, err)
	}
	return finding{file: filepath.ToSlash(rel), line: line}, nil
}

// A Noted is a finding that a note names, as command matrix reads it.
type Noted struct {
	File string // from the root, with slashes
	At   int    // the line where the note begins
	Tool string // as the note writes it
	Name string // the declaration: Cache.Get
	Text string // the note's sentence
	Said string // the tool's own words
}

func noted(findings []finding, claims []claim) []Noted {
	all := []Noted{}
	for _, f := range findings {
		for _, c := range claims {
			if c.names(f) {
				all = append(all, Noted{File: f.file, At: c.at, Tool: f.linter, Name: c.name, Text: c.text, Said: f.text})
			}
		}
	}
	return all
}

func write(dir, module string, all []Noted) error {
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	file := filepath.Join(dir, filepath.FromSlash(module)+".json")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	return nil
}
