package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// toolOf names a tool as notes do: vet is what go vet runs, and govet what
// golangci-lint's linter of that name has besides, such as nilness.
func toolOf(linter, text string, vets map[string]bool) string {
	analyzer, _, _ := strings.Cut(text, ":")
	if linter == "govet" && vets[analyzer] {
		return "vet"
	}
	return linter
}

// vetsAnalyzers asks go vet what it runs.
func vetsAnalyzers(ctx context.Context) (map[string]bool, error) {
	help, err := exec.CommandContext(ctx, "go", "tool", "vet", "help").Output()
	if err != nil {
		return nil, fmt.Errorf("go tool vet help: %w", err)
	}
	return analyzersIn(string(help))
}

// analyzersIn reads the list of that help: a name and a sentence a line.
func analyzersIn(help string) (map[string]bool, error) {
	_, list, ok := strings.Cut(help, "Registered analyzers:\n\n")
	if !ok {
		return nil, errors.New("go tool vet help has no list of registered analyzers any more: see tools/lint/vet.go")
	}
	list, _, _ = strings.Cut(list, "\n\n")
	all := make(map[string]bool)
	for line := range strings.Lines(list) {
		if name := strings.Fields(line); len(name) > 0 {
			all[name[0]] = true
		}
	}
	return all, nil
}
