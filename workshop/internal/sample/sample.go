// Package sample lays small courses for tests, each a module of its own.
package sample

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Exercise is the files of an exercise, by path below its answers.
type Exercise map[string]string

// Add is an exercise that fails as shipped, because Add subtracts.
func Add() Exercise {
	return Exercise{
		"exercise.md": `# Adding

- kind: fix
- edit: add.go
- limit: 20s
- fails: 1 and 2 are

## Hint
vague

## Hint
clearer

## Hint
nearly

## Solved
A sum is no difference.
`,
		"original/add.go": Doc + `package add

// Add adds.
func Add(a, b int) int { return a - b }
`,
		"original/add_test.go": `package add

import "testing"

func TestAdd(t *testing.T) {
	if sum := Add(1, 2); sum != 3 {
		t.Errorf("1 and 2 are %d.\nThey should be 3.", sum)
	}
}

func TestAdd_zero(t *testing.T) {
	if sum := Add(1, 0); sum != 1 {
		t.Errorf("1 and 0 are %d.", sum)
	}
}

func TestLog(t *testing.T) { t.Log("a log of a test that passes") }
`,
		"solution.go":    "package add\n\nfunc Add(a, b int) int { return a + b }\n",
		"wrong/three.go": "// FAILS: 1 and 0 are 3\npackage add\n\nfunc Add(a, b int) int { return 3 }\n",
	}
}

// Doc is a package comment with what it must have.
const Doc = `// Package add adds.
//
// # Your task
//
// Make it add.
`

// Lay writes a course, with what is shipped in place, and returns its folder.
func Lay(t *testing.T, exercises map[string]Exercise) string {
	t.Helper()
	root := t.TempDir()
	Write(t, filepath.Join(root, "go.mod"), "module sample\n\ngo 1.26.0\n")
	for _, name := range slices.Sorted(maps.Keys(exercises)) {
		for path, text := range exercises[name] {
			Write(t, filepath.Join(root, "answers", name, path), text)
			if file, ok := strings.CutPrefix(path, "original/"); ok {
				Write(t, filepath.Join(root, "course", name, file), text)
			}
		}
	}
	return filepath.Join(root, "course")
}

// Write writes a file and its folder.
func Write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
