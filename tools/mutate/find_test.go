package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const buggy = `package leak

import "errors"

// Lost loses its goroutine.
func Lost(n int) (string, error) {
	c := make(chan int)
	go func() {
		c <- n // BUG(goleak, synctest): Lost receives nothing
	}()
	return "", errors.New("lost")
}

// Checked is for a tool that runs nothing.
func Checked() {} // BUG(vet): Checked is not proven by a run

// Fine has no note.
func Fine() {}
`

func lay(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"leak/buggy.go": buggy, "leak/testdata/x/x.go": buggy, "detect/d.go": buggy,
		"leak/buggy_go121.go": "//go:build go1.21 && !go1.22\n\n" + buggy, // no test of ours runs it
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind_breaksEachClaimOnce(t *testing.T) {
	ms, err := find(lay(t))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"the function returns at once": "(string, error) { if true { return *new(string), *new(error) }; ",
		"the note adds race":           "BUG(goleak, synctest, race): Lost",
		"the note drops goleak":        "BUG(synctest): Lost",
		"the note drops synctest":      "BUG(goleak): Lost",
		"the notes are gone":           "// NOTE(goleak, synctest): Lost",
	}
	if len(ms) != len(want) {
		t.Errorf("got %d mutants: %v", len(ms), ms)
	}
	for _, m := range ms {
		if m.decl != "Lost" || m.rel != filepath.Join("leak", "buggy.go") {
			t.Errorf("unexpected: %s", m)
		}
		if w := want[m.what]; w == "" || !strings.Contains(m.text, w) {
			t.Errorf("%s: %q is not in\n%s", m, w, m.text)
		}
	}
}

func TestRun_repeatsADraw(t *testing.T) {
	root := lay(t)
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run(context.Background(), out, root, "", 2, 7, true); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() || !strings.Contains(first.String(), "2 of 5 mutants, -seed 7") {
		t.Errorf("got\n%s\nand\n%s", &first, &second)
	}
}

func TestRun_wantsNotes(t *testing.T) {
	if err := run(context.Background(), new(bytes.Buffer), t.TempDir(), "", 0, 0, true); err == nil {
		t.Error("a folder without a note passes")
	}
}

func TestSkipped(t *testing.T) {
	for dir, want := range map[string]bool{
		"/r": false, "/r/leak": false, "/r/tools": true, "/r/detect": true, "/r/generics/tools": false, "/r/leak/testdata": true, "/r/.git": true,
	} {
		if got := skipped("/r", filepath.FromSlash(dir)); got != want {
			t.Errorf("%s is skipped: %t", dir, got)
		}
	}
}
