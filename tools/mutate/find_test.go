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

// refusing is what package refused reads, and the test that has it read.
const (
	refusing = `package refused

func f() int {
	return "" // ERROR "cannot use"
}
`
	refusingTest = `package leak

import (
	"testing"

	"example.com/goguide/detect/refused"
)

func TestVet_isSilent(t *testing.T) { refused.Vet(t, "testdata/none") }

func TestCompiler_refuses(t *testing.T) {
	t.Parallel()
	refused.Compiler(t, "testdata/refused")
}
`
)

func lay(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"leak/buggy.go": buggy, "leak/testdata/x/x.go": buggy, "detect/d.go": buggy,
		"leak/testdata/refused/refused.go": refusing, "leak/leak_test.go": refusingTest,
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
	if len(ms) != len(want)+3 {
		t.Errorf("got %d mutants: %v", len(ms), ms)
	}
	for _, m := range ms {
		if m.reason != nil {
			continue // see TestFind_breaksEachRefusal
		}
		if m.decl != "Lost" || m.rel != filepath.Join("leak", "buggy.go") {
			t.Errorf("unexpected: %s", m)
		}
		if w := want[m.what]; w == "" || !strings.Contains(m.text, w) {
			t.Errorf("%s: %q is not in\n%s", m, w, m.text)
		}
	}
}

func TestFind_dropsADetectorFromEachNoteThatNamesIt(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "buggy.go")
	const twice = "package leak\n\nfunc Twice() {\n\tgo f() // BUG(goleak, hang?): it leaks\n\tgo f() // BUG(goleak): it leaks too\n}\n"
	if err := os.WriteFile(file, []byte(twice), 0o600); err != nil {
		t.Fatal(err)
	}
	ms, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		switch m.what {
		case "the note drops goleak":
			if !strings.Contains(m.text, "BUG(hang?): it leaks\n") || !strings.Contains(m.text, "BUG(test): it leaks too") {
				t.Errorf("%s:\n%s", m, m.text)
			}
		case "the note adds race":
			if !strings.Contains(m.text, "BUG(goleak, hang?, race): it leaks\n") || !strings.Contains(m.text, "BUG(goleak): it leaks too") {
				t.Errorf("%s:\n%s", m, m.text)
			}
		case "the notes are gone", "the function returns at once":
		default:
			t.Errorf("unexpected: %s", m)
		}
	}
	if len(ms) != 4 {
		t.Errorf("got %d mutants", len(ms))
	}
}

func TestFind_breaksEachRefusal(t *testing.T) {
	root := lay(t)
	ms, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"line 1: a claim is made up":   "package refused // ERROR \"no\"\n",
		"line 4: the claim is another": "return \"\" // ERROR \"not cannot use\"\n}\n",
		"line 4: the claim is gone":    "return \"\"\n}\n",
	}
	for _, m := range ms {
		if m.reason == nil {
			continue
		}
		w := want[m.decl+": "+m.what]
		delete(want, m.decl+": "+m.what)
		if w == "" || !strings.Contains(m.text, w) {
			t.Errorf("%s: %q is not in\n%s", m, w, m.text)
		}
		if m.dir != filepath.Join(root, "leak") || m.run != "^TestCompiler_refuses$" {
			t.Errorf("%s is tried by %s in %s", m, m.run, m.dir)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// What a test prints when the claim was compared tells a mutant that is killed
// from a test that could not run.
func TestComparison(t *testing.T) {
	for line, want := range map[string]bool{
		"refused: testdata/refused: r.go:4: x: the compiler does not say so":             true,
		"refused: testdata/refused: r.go:4: x: go vet says so, and no comment claims it": true,
		"refused: testdata/refused: no line claims that go vet refuses it: see go doc":   true,
		"refused: go vet in testdata/refused: exit status 1: updates to go.mod needed":   false,
		"panic: no line claims that": false,
	} {
		if comparison.MatchString(line) != want {
			t.Errorf("%q: want %t", line, want)
		}
	}
}

func TestCopyModule(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "go.sum"), []byte("sum"), 0o600); err != nil {
		t.Fatal(err)
	}
	mod := "module m\n\nreplace example.com/x => ../x\n\nreplace (\n\texample.com/y v1.0.0 => ./y\n\texample.com/z => example.com/w v1.0.0\n)\n"
	if err := copyModule(to, from, []byte(mod)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(to, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"example.com/x => " + filepath.ToSlash(filepath.Join(filepath.Dir(from), "x")) + "\n",
		"example.com/y v1.0.0 => " + filepath.ToSlash(filepath.Join(from, "y")) + "\n",
		"example.com/z => example.com/w v1.0.0\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if sum, err := os.ReadFile(filepath.Join(to, "go.sum")); err != nil || string(sum) != "sum" {
		t.Errorf("go.sum: %q, %v", sum, err)
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
	if first.String() != second.String() || !strings.Contains(first.String(), "2 of 8 mutants, -seed 7") {
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
