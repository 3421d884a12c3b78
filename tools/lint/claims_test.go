package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const buggy = `package p

// Ignored drops an error.
func Ignored() {
	f() // BUG(panic, errcheck, test): Ignored drops an error
	f()
}

// Clean is clean.
func Clean() {} // BUG(race, until go1.22): Clean is for a detector

// Overclaimed names vet.
func Overclaimed() {} // BUG(vet): Overclaimed has no finding
`

func TestCompare(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "m", "p"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "m", "p", "buggy.go"), []byte(buggy), 0o600); err != nil {
		t.Fatal(err)
	}
	claims, err := claimsIn(root, "m")
	if err != nil {
		t.Fatal(err)
	}
	got := compare([]finding{
		{"m/p/buggy.go", 5, "errcheck", "error not checked"},
		{"m/p/buggy.go", 6, "errcheck", "error not checked"},
		{"m/p/buggy.go", 10, "unused", "unused"},
		{"m/p/p.go", 6, "errcheck", "error not checked"},
	}, claims)
	want := []string{
		"m/p/buggy.go:6: error not checked (errcheck): if that is the bug, a BUG note on this line or just above it must name errcheck",
		"m/p/buggy.go:10: unused (unused): if that is the bug, a BUG note on this line or just above it must name unused",
		"m/p/p.go:6: error not checked (errcheck)",
		"m/p/buggy.go:13: the note of Overclaimed names govet, which finds nothing on this line",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
