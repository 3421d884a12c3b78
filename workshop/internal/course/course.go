// Package course reads a folder of exercises.
//
// A course is two folders side by side. An attendee works in course/NN-name;
// answers/NN-name holds all the rest:
//
//	exercise.md    the title, what is edited, the hints
//	original/      the files as shipped; reset copies them, and a check takes
//	               all but the edited one from here
//	solution.go    what the edited file could look like
//	wrong/*.go     tempting fixes that must fail; each says "FAILS: text"
//	variants/*.go  only for kind test: what the attendee's test is run against
//
// So nothing is lost when an attendee edits or deletes what is in course/.
package course

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Course is the exercises of a folder, in order.
type Course struct {
	Dir       string // absolute
	Exercises []*Exercise
}

// An Exercise is one folder.
type Exercise struct {
	Name    string // such as 01-digest
	Title   string
	Kind    string // fix, write, test, faster or report
	Edit    string // the file that is edited
	Swap    string // the file that the variants replace; only for kind test
	Part    string // the pattern packages to read on
	Fails   string // what the output as shipped contains
	Limit   time.Duration
	Points  []string // the guide's checkpoints that it closes
	Hints   []string
	Solved  string // what to take away
	Dir     string // where the attendee works
	Answers string
}

// ErrNone says that a folder holds no course.
var ErrNone = errors.New("no course there")

var folder = regexp.MustCompile(`^\d\d-[a-z0-9-]+$`)

// Load reads the course in dir, and its answers in the folder beside it.
func Load(dir string) (*Course, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the course: %w", err)
	}
	answers := filepath.Join(filepath.Dir(dir), "answers")
	entries, err := os.ReadDir(answers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s has no folder answers beside it", ErrNone, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the course: %w", err)
	}
	c := &Course{Dir: dir}
	for _, e := range entries {
		if !e.IsDir() || !folder.MatchString(e.Name()) {
			continue
		}
		x, err := load(filepath.Join(dir, e.Name()), filepath.Join(answers, e.Name()))
		if err != nil {
			return nil, err
		}
		c.Exercises = append(c.Exercises, x)
	}
	if len(c.Exercises) == 0 {
		return nil, fmt.Errorf("%w: %s has no folder such as 01-name", ErrNone, answers)
	}
	return c, nil
}

func load(dir, answers string) (*Exercise, error) {
	path := filepath.Join(answers, "exercise.md")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading an exercise: %w", err)
	}
	x := &Exercise{Name: filepath.Base(dir), Dir: dir, Answers: answers, Limit: 10 * time.Second}
	if err := x.parse(string(text)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := os.Stat(filepath.Join(answers, "original", x.Edit)); err != nil {
		return nil, fmt.Errorf("%s: the edited file: %w", path, err)
	}
	return x, nil
}

// Find returns the exercise that a user means by "3", "03", its whole name, or
// the part of the name after the number. The error names the nearest.
func (c *Course) Find(name string) (*Exercise, error) {
	name = strings.ToLower(strings.Trim(filepath.ToSlash(name), "/"))
	name = name[strings.LastIndex(name, "/")+1:]
	for _, x := range c.Exercises {
		number, rest, _ := strings.Cut(x.Name, "-")
		if name == x.Name || name == rest || name == number ||
			name == strings.TrimLeft(number, "0") {
			return x, nil
		}
	}
	nearest := slices.MinFunc(c.Exercises, func(a, b *Exercise) int {
		return cmp.Compare(far(name, a.Name), far(name, b.Name))
	})
	return nil, fmt.Errorf("no exercise %q; the nearest is %s", name, nearest.Name)
}

// far is how many letters differ, with or without the number.
func far(a, b string) int {
	_, rest, _ := strings.Cut(b, "-")
	return min(distance(a, b), distance(a, rest))
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Shipped returns the names of the exercise's files.
func (x *Exercise) Shipped() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(x.Answers, "original"))
	if err != nil {
		return nil, fmt.Errorf("reading what was shipped: %w", err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// Original is the path of a file as shipped.
func (x *Exercise) Original(name string) string {
	return filepath.Join(x.Answers, "original", name)
}

// Edited is the path of the file that the attendee edits.
func (x *Exercise) Edited() string { return filepath.Join(x.Dir, x.Edit) }

// Solution is the path of the solution.
func (x *Exercise) Solution() string { return filepath.Join(x.Answers, "solution.go") }

// Wrong returns the paths of the wrong fixes.
func (x *Exercise) Wrong() []string { return x.glob("wrong") }

// Variants returns the paths of what an attendee's test is run against.
func (x *Exercise) Variants() []string { return x.glob("variants") }

func (x *Exercise) glob(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(x.Answers, dir, "*.go")) // the pattern is right
	return found
}

// Hash is of all that decides whether an answer is right, so that an exercise
// whose test has changed is to be solved anew.
func (x *Exercise) Hash() (string, error) {
	names, err := x.Shipped()
	if err != nil {
		return "", err
	}
	paths := x.Variants()
	for _, name := range names {
		paths = append(paths, x.Original(name))
	}
	h := fnv.New128a()
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("reading what was shipped: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(path), len(text))
		_, _ = h.Write(text) // of a hash: never fails
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
