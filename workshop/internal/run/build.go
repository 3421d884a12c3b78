package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/goguide/workshop/internal/course"
)

// noTest is the headline on an edited test file without a test.
const noTest = "there is no test"

// buildLimit is for a first build on a slow machine.
const buildLimit = 10 * time.Minute

// A Binary is a compiled test of an exercise.
type Binary struct {
	x     *course.Exercise
	path  string
	tests []string // what must pass
	Took  time.Duration
}

// Remove deletes the file.
func (b *Binary) Remove() { _ = os.RemoveAll(filepath.Dir(b.path)) }

// Build compiles the test with -race. All files but the edited one are taken
// as they were shipped, whatever the attendee did to them, and tests that were
// not shipped are left out. With replace, file names are compiled from other
// paths; then nothing at all is taken from the attendee.
//
// It returns a verdict, and no Binary, where there is nothing to run.
func Build(ctx context.Context, x *course.Exercise, replace map[string]string) (*Binary, *Verdict, error) {
	overlay, err := overlay(x, replace)
	if err != nil {
		return nil, nil, err
	}
	tmp, err := os.MkdirTemp("", "workshop")
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder for the test: %w", err)
	}
	b := &Binary{x: x, path: filepath.Join(tmp, "exercise.test")}
	if runtime.GOOS == "windows" {
		b.path += ".exe"
	}
	v, err := b.build(ctx, overlay)
	if v != nil || err != nil {
		b.Remove()
		return nil, v, err
	}
	return b, nil, nil
}

func (b *Binary) build(ctx context.Context, overlay map[string]string) (*Verdict, error) {
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, fmt.Errorf("writing the overlay: %w", err)
	}
	file := filepath.Join(filepath.Dir(b.path), "overlay.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, fmt.Errorf("writing the overlay: %w", err)
	}
	// The folder may be gone; what the overlay puts there is built all the
	// same.
	module := filepath.Dir(b.x.Dir)
	e, err := start(ctx, module, buildLimit, "go", "test", "-c", "-race",
		"-ldflags=-s -w", // as go test itself links
		"-overlay", file, "-o", b.path, "./"+b.x.Name)
	if errors.Is(err, exec.ErrNotFound) {
		return broken("there is no command go in the PATH"), nil
	}
	if err != nil {
		return nil, err
	}
	b.Took = e.took
	if v := compiled(e); v != nil {
		v.Build = e.took
		return v, nil
	}
	b.tests, err = tests(b.x, overlay)
	if err != nil {
		return nil, err
	}
	if len(b.tests) == 0 {
		return &Verdict{Result: Failed, Headline: noTest, Lines: []string{
			b.x.Edit + " has no function TestXxx(t *testing.T)"}}, nil
	}
	return nil, nil
}

// overlay says from which path each file of the package is read.
func overlay(x *course.Exercise, replace map[string]string) (map[string]string, error) {
	files := map[string]string{}
	present, err := os.ReadDir(x.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the exercise: %w", err)
	}
	for _, f := range present {
		ours := replace != nil && strings.HasSuffix(f.Name(), ".go")
		if ours || strings.HasSuffix(f.Name(), "_test.go") {
			files[filepath.Join(x.Dir, f.Name())] = "" // as if it were not there
		}
	}
	shipped, err := x.Shipped()
	if err != nil {
		return nil, err
	}
	for _, name := range shipped {
		files[filepath.Join(x.Dir, name)] = x.Original(name)
	}
	if replace == nil {
		delete(files, x.Edited())
	}
	for name, path := range replace {
		files[filepath.Join(x.Dir, name)] = path
	}
	return files, nil
}

// tests returns the names of the tests that the overlay makes up.
func tests(x *course.Exercise, overlay map[string]string) ([]string, error) {
	var paths []string
	for path, from := range overlay {
		if from != "" && strings.HasSuffix(path, "_test.go") {
			paths = append(paths, from)
		}
	}
	if overlay[x.Edited()] == "" && strings.HasSuffix(x.Edit, "_test.go") {
		paths = append(paths, x.Edited())
	}
	var names []string
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("reading the tests: %w", err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.Name != "TestMain" && testName.MatchString(fn.Name.Name) {
				names = append(names, fn.Name.Name)
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

var testName = regexp.MustCompile(`^Test($|[^a-z])`)
