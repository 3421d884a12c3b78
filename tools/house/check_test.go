package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lay writes a part with one package.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "goroutines", "leak")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	readme := filepath.Join(dir, "..", "README.md")
	if err := os.WriteFile(readme, []byte("# goroutines\n| [leak](leak/leak.go) |\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCheck(t *testing.T) {
	const (
		doc  = "// Package leak is documented.\npackage leak\n"
		test = "package leak\n\nfunc TestBad(t *testing.T) { detect.Bug(t, Bad); detect.Fix(t, Good) }\n"
		bad  = "package leak\n\nfunc Bad() {} // BUG(race): it is bad\n"
	)
	for name, c := range map[string]struct {
		files map[string]string
		want  string // "" for nothing
	}{
		"a complete package":     {map[string]string{"leak.go": doc, "buggy.go": bad, "leak_test.go": test}, ""},
		"no test":                {map[string]string{"leak.go": doc}, "goroutines/leak: no test"},
		"no package comment":     {map[string]string{"leak.go": "package leak\n", "leak_test.go": test}, "no package comment"},
		"a bug without its note": {map[string]string{"leak.go": doc, "buggy.go": "package leak\n\nfunc Bad() {}\n", "leak_test.go": test}, "buggy.go: Bad has no BUG note"},
		"a note without a test":  {map[string]string{"leak.go": doc, "buggy.go": bad, "leak_test.go": "package leak\n"}, "no test is named after Bad"},
		"a bug without its correct form": {map[string]string{"leak.go": doc, "buggy.go": bad,
			"leak_test.go": "package leak\n\nfunc TestBad(t *testing.T) { detect.Bug(t, Bad) }\n"}, "no test calls detect.Fix"},
		"a package that the README does not list": {map[string]string{"leak.go": doc, "leak_test.go": test, "../README.md": "| [other](other/other.go) |\n"},
			"goroutines/README.md has no row for it"},
		"an old bug without its end": {map[string]string{"leak.go": doc, "leak_test.go": test,
			"buggy.go": "//go:build go1.21\n\n" + bad}, "say until go1.N"},
		"an old bug with its end": {map[string]string{"leak.go": doc, "leak_test.go": test,
			"buggy.go": "//go:build go1.21\n\n" + strings.Replace(bad, "race", "race, until go1.22", 1)}, ""},
		"a new pattern without its beginning": {map[string]string{"leak.go": doc, "leak_test.go": test,
			"new.go": "//go:build go1.27\n\npackage leak\n\n// New is new.\nfunc New() {}\n"}, "Since Go 1.27."},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := check(lay(t, c.files))
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(got) > 0 {
				t.Errorf("got %q", got)
			}
			if c.want != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("got %q, want something with %q", got, c.want)
			}
		})
	}
}
