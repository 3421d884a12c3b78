// Command lint runs golangci-lint over modules and holds its findings to the
// BUG notes. A finding inside a function of a buggy*.go must be named by a note
// of that function; a linter that a note names must have a finding there; a
// finding anywhere else is a failure.
//
//	go run ./lint -root DIR -linter golangci-lint MODULE …
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the folder that holds .golangci.yml")
	linter := flag.String("linter", "golangci-lint", "the golangci-lint to run")
	flag.Parse()
	bad := false
	for _, module := range flag.Args() {
		found, err := lint(context.Background(), *root, *linter, module)
		if err != nil {
			fmt.Fprintf(os.Stderr, "lint: %s: %v\n", module, err)
			os.Exit(2)
		}
		for _, msg := range found {
			fmt.Println(msg)
			bad = true
		}
	}
	if bad {
		os.Exit(1)
	}
}

// lint returns what is wrong in one module, a line each.
func lint(ctx context.Context, root, linter, module string) ([]string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("finding the root: %w", err)
	}
	findings, err := run(ctx, root, linter, module)
	if err != nil {
		return nil, err
	}
	claims, err := claimsIn(root, module)
	if err != nil {
		return nil, err
	}
	return compare(findings, claims), nil
}

// A finding is one line of golangci-lint's report.
type finding struct {
	file         string // from the root, with slashes
	line         int
	linter, text string
}

func run(ctx context.Context, root, linter, module string) ([]finding, error) {
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
	var all []finding
	for _, i := range report.Issues {
		if strings.Contains(i.Text, "(related information)") {
			continue // a second line of a finding
		}
		all = append(all, finding{filepath.ToSlash(i.Pos.Filename), i.Pos.Line, i.FromLinter, i.Text})
	}
	return all, nil
}
