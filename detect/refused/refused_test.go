package refused

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCompiler(t *testing.T) {
	t.Parallel()
	Compiler(t, "testdata/uncompiled")
}

func TestVet(t *testing.T) {
	t.Parallel()
	Vet(t, "testdata/program")
}

// check returns what a changed copy of a folder of testdata is told.
func check(t *testing.T, dir, old, text string) (string, error) {
	t.Helper()
	changed := t.TempDir()
	for _, name := range []string{"go.mod", dir + ".go"} {
		data, err := os.ReadFile(filepath.Join("testdata", dir, name))
		if err != nil {
			t.Fatal(err)
		}
		changedText := strings.ReplaceAll(string(data), old, text)
		if err := os.WriteFile(filepath.Join(changed, name), []byte(changedText), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	claims := compile
	if dir == "program" {
		claims = func(dir string) ([]claim, []string, error) { return vet(t.Context(), dir) }
	}
	want, got, err := claims(changed)
	return strings.Join(compare("the tool", want, got), "\n"), err
}

func TestWrongClaims(t *testing.T) {
	t.Parallel()
	const message = `program.go:10: copylocks`
	for name, c := range map[string]struct{ dir, old, text, want string }{
		"vet, not claimed":       {"program", "{ // want copylocks", "{", message + ": the tool says so, and no comment claims it"},
		"vet, another analyzer":  {"program", "want copylocks", "want copylocks assign", "program.go:10: assign: the tool does not say so"},
		"vet, another line":      {"program", "mu.Lock() }", "mu.Lock() } // want copylocks", "program.go:16: copylocks: the tool does not say so"},
		"vet, nothing claimed":   {"program", "// want", "// wants", "no line claims that the tool refuses it: see go doc example.com/goguide/detect/refused"},
		"compiler, not claimed":  {"uncompiled", "_ time.Duration = 7", "_ string = 8", "uncompiled.go:9: cannot use 8 (untyped int constant) as string value in variable declaration: the tool says so, and no comment claims it"},
		"compiler, other text":   {"uncompiled", "cannot use 7", "cannot use 8", "does not say so\nuncompiled.go:8: cannot use 7"},
		"compiler, it is mended": {"uncompiled", "= 7 // ERROR", `= "" // ERROR`, "in variable declaration: the tool does not say so"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := check(t, c.dir, c.old, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestBadInput_isToldWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ dir, old, text, want string }{
		"message without quotes":   {"uncompiled", `"cannot`, `cannot`, "// ERROR wants a quoted message"},
		"no Go":                    {"uncompiled", "package", "packet", "expected 'package'"},
		"vet of what has an error": {"program", "mu *sync", "mu *cync", "undefined: cync"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := check(t, c.dir, c.old, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if _, _, err := compile(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no Go file in ") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestCompare_isContentWithTheTruth(t *testing.T) {
	t.Parallel()
	claims := []claim{{File: "x.go", Line: 1, What: "a"}, {File: "x.go", Line: 2, What: "b"}}
	if got := compare("go vet", claims, []string{"x.go:2: b", "x.go:1: a"}); !slices.Equal(got, nil) {
		t.Errorf("got %q", got)
	}
}

func TestVet_namesTheDeclarationOfEachClaim(t *testing.T) {
	t.Parallel()
	want, _, err := vet(t.Context(), "testdata/program")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range want {
		if c.File != "testdata/program/program.go" || c.Decl == "" || !strings.HasPrefix(c.Doc, c.Decl+" ") {
			t.Errorf("got %+v", c)
		}
	}
}
