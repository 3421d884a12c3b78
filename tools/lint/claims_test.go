package main

import (
	"encoding/json"
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
		"m/p/buggy.go:13: the note of Overclaimed names vet, which finds nothing on this line",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestUnnoticed_findsClaimsThatStandTwice(t *testing.T) {
	findings := []finding{{"buggy.go", 5, "errcheck", "not checked"}, {"buggy.go", 7, "vet", "copied"}}
	once := claim{file: "buggy.go", line: 5, name: "F", linters: []string{"errcheck"}}
	other := claim{file: "buggy.go", line: 7, name: "G", linters: []string{"vet"}}
	if got := unnoticed(findings, []claim{once, other}); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	if got := unnoticed(findings, []claim{once, other, once}); len(got) != 2 || !strings.Contains(got[0], "buggy.go:5: the note of F could drop errcheck unnoticed") {
		t.Errorf("got %q", got)
	}
}

func TestReadVet(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	file := filepath.Join(root, "m", "buggy.go")
	found := `{"fireandforget": [{"posn": "` + filepath.ToSlash(file) + `:7:2", "message": "nobody waits"}]}`
	got, err := readVet(strings.NewReader(`{"m": `+found+`, "m [m.test]": `+found+`, "n": {}}`), root)
	if err != nil || !slices.Equal(got, []finding{{"m/buggy.go", 7, "fireandforget", "nobody waits"}}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"{", `{"m": {"a": [{"posn": "x"}]}}`, `{"m": {"a": [{"posn": "x:y:z"}]}}`, `{"m": {"a": {"error": "it broke"}}}`} {
		if _, err := readVet(strings.NewReader(bad), root); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestNoted_namesToolsAsNotesDo(t *testing.T) {
	dir := t.TempDir()
	findings := []finding{{"m/buggy.go", 5, "vet", "copied"}, {"m/p.go", 5, "errcheck", "not noted"}}
	claims := []claim{{"m/buggy.go", 3, 5, "F", "F copies", []string{"vet"}}}
	if err := write(dir, "m/n", noted(findings, claims)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "m", "n.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []Noted
	if err := json.Unmarshal(text, &all); err != nil || !slices.Equal(all, []Noted{{"m/buggy.go", 3, "vet", "F", "F copies", "copied"}}) {
		t.Errorf("got %v, %v", all, err)
	}
}
