package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/sample"
	"example.com/goguide/workshop/internal/session"
)

// ws is the command in a course of two exercises.
type ws struct {
	t   *testing.T
	dir string
}

func workshop(t *testing.T) ws {
	t.Helper()
	return ws{t, sample.Lay(t, map[string]sample.Exercise{"01-add": sample.Add(), "02-sums": sample.Add()})}
}

func (w ws) file() string { return filepath.Join(w.dir, "01-add", "add.go") }

// run wants an exit code and texts in what is printed.
func (w ws) run(code int, args []string, wants ...string) string {
	w.t.Helper()
	var out bytes.Buffer
	got := command(w.t.Context(), append([]string{"-course", w.dir}, args...), &out, &out)
	if got != code {
		w.t.Errorf("%q: exit code %d, not %d:\n%s", args, got, code, out.String())
	}
	for _, want := range wants {
		if !strings.Contains(out.String(), want) {
			w.t.Errorf("%q: no %q in:\n%s", args, want, out.String())
		}
	}
	return out.String()
}

func TestCommand_fromTheFirstFailureToTheNextExercise(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	w.run(exitOK, []string{"list"}, "  01-add", "fix the bug")
	w.run(exitNotPassed, []string{"check"}, "01-add  Adding", "FAILED: a test fails", "1 and 2 are -1", "hint 01-add")
	w.run(exitNotPassed, nil, "FAILED") // there is no terminal here
	w.run(exitOK, []string{"hint"}, "Hint 1 of 3", "vague")
	w.run(exitOK, []string{"hint", "1"}, "Hint 2 of 3", "clearer")
	w.run(exitNotPassed, []string{"solution", "1"}, "not passed yet")
	sample.Write(t, w.file(), solved)
	w.run(exitOK, []string{"list"}, "(begun)")
	w.run(exitOK, []string{"check"}, "PASSED", "A sum is no difference.", "Next: 02-sums")
	w.run(exitOK, []string{"list"}, "✓ 01-add")
	w.run(exitOK, []string{"solution", "add"}, "return a + b")
	w.run(exitOK, []string{"status"}, "1 of 2 done", "next: 02-sums")
	w.run(exitNotPassed, []string{"check", "-full"}, "02-sums", "--- FAIL: TestAdd")
	w.run(exitOK, []string{"reset", "1"}, "yours is in")
	w.run(exitOK, []string{"status"}, "0 of 2 done")
}

func TestCommand_statusForPrograms(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	if err := os.Remove(w.file()); err != nil {
		t.Fatal(err)
	}
	var all []session.Status
	if err := json.Unmarshal([]byte(w.run(exitOK, []string{"status", "-json"})), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Name != "01-add" || !all[0].Missing || all[0].Done || all[1].Missing {
		t.Errorf("got %+v", all)
	}
}

func TestCommand_badStates(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	w.run(exitUsage, []string{"check", "sms"}, `no exercise "sms"`, "02-sums")
	w.run(exitUsage, []string{"chekc"}, `no verb "chekc"`, "go run ./workshop list")
	w.run(exitUsage, []string{"reset"}, "name one exercise")
	w.run(exitUsage, []string{"check", "1", "2"}, "name one exercise")
	w.run(exitUsage, []string{"list", "-loud"}, "flag provided but not defined")
	w.run(exitOK, []string{"-h"}, "NAME is a number")
	if err := os.Remove(w.file()); err != nil {
		t.Fatal(err)
	}
	w.run(exitOK, []string{"list"}, "the file is missing")
	w.run(exitBroken, []string{"check"}, "add.go is missing", "reset")
	w.run(exitOK, []string{"reset", "-all"})
	w.run(exitNotPassed, []string{"check"}, "FAILED")
	sample.Write(t, filepath.Join(w.dir, ".progress.json"), "{")
	w.run(exitOK, []string{"list"}, "unreadable")
	w.dir = t.TempDir()
	w.run(exitBroken, []string{"list"}, "no course there")
}

const solved = "package add\n\nfunc Add(a, b int) int { return b + a }\n"

// The sample's exercises are of one part.
func TestCommand_fastTrackSkipsWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	w.run(exitNotPassed, []string{"check", "-fast"}, "02-sums  Adding")
	sample.Write(t, filepath.Join(w.dir, "02-sums", "add.go"), solved)
	w.run(exitOK, []string{"check", "-fast"}, "PASSED")
	w.run(exitOK, []string{"list"}, "» 01-add", "✓ 02-sums")
	w.run(exitOK, []string{"status"}, "1 of 2 done, 1 skipped on the fast track")
	w.run(exitOK, []string{"check"}, "All exercises are done.")
	w.run(exitNotPassed, []string{"check", "1"}, "01-add  Adding") // by its name it is there
}

// Who needed a hint does not know the rest, and who was not asked has not said so.
func TestCommand_fastTrackSkipsNothingElse(t *testing.T) {
	t.Parallel()
	for name, before := range map[string][]string{"after a hint": {"hint", "2"}, "on the slow track": {"list"}} {
		w := workshop(t)
		w.run(exitOK, before)
		sample.Write(t, filepath.Join(w.dir, "02-sums", "add.go"), solved)
		args := []string{"check", "2", "-fast"}
		if name == "on the slow track" {
			args = args[:2]
		}
		w.run(exitOK, args, "PASSED")
		w.run(exitOK, []string{"list"}, "  01-add", "✓ 02-sums")
		w.run(exitOK, []string{"check", "-fast"}, "The fast track ends here. Without -fast the next exercise is 01-add.")
	}
}

func TestCommand_solutionOnInsistence(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	w.run(exitOK, []string{"solution", "-now", "1"}, "return a + b")
	w.run(exitOK, []string{"status", "-json"}, `"Peeked": true`)
}

func TestVerify_ofWhatIsRight(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	w.run(exitOK, []string{"verify", "1", "-n", "2"}, "ok   01-add", "3 files tried 2 times, the solution at")
}

func TestVerify_findsWhatIsWrong(t *testing.T) {
	t.Parallel()
	one := sample.Add()
	one["original/add.go"] = strings.Replace(one["original/add.go"], "a - b", "a + b", 1)
	one["original/add.go"] = strings.Replace(one["original/add.go"], "# Your task", "# Task", 1)
	one["solution.go"] = strings.Replace(one["solution.go"], "a + b", "a + b + 1", 1)
	one["wrong/right.go"] = "// FAILS: ?\npackage add\n\nfunc Add(a, b int) int { return b + a }\n"
	one["wrong/three.go"] = strings.Replace(one["wrong/three.go"], "1 and 0 are 3", "1 and 0 are 4", 1)
	two := sample.Add()
	two["original/add.go"] = strings.Replace(two["original/add.go"], "a - b", "a -- b", 1)
	delete(two, "wrong/three.go")
	w := ws{t, sample.Lay(t, map[string]sample.Exercise{"01-add": one, "02-sums": two})}
	sample.Write(t, filepath.Join(w.dir, "02-sums", "add_test.go"), "package add\n")
	w.run(exitNotPassed, []string{"verify", "-n", "1"},
		"FAIL 01-add", "original/add.go passes", "# Your task", "wrong/right.go passes",
		`wrong/three.go fails, but not with "1 and 0 are 4"`, "solution.go: failed",
		"FAIL 02-sums", "add_test.go differs from answers/02-sums/original", "does not compile", "no wrong fix")
}

// A wrong fix that passes is noticed where it is tried, and only there.
func TestVerify_triesWrongFixesOfSome(t *testing.T) {
	t.Parallel()
	passes := "// FAILS: ?\npackage add\n\nfunc Add(a, b int) int { return b + a }\n"
	one, two := sample.Add(), sample.Add()
	one["wrong/right.go"], two["wrong/right.go"] = passes, passes
	w := ws{t, sample.Lay(t, map[string]sample.Exercise{"01-add": one, "02-sums": two})}
	w.run(exitOK, []string{"verify", "-n", "1", "-wrong", "0"}, "ok   01-add            2 files tried", "ok   02-sums           2 files tried")
	said := w.run(exitNotPassed, []string{"verify", "-n", "1", "-wrong", "1"}, "wrong/right.go passes")
	if n := strings.Count(said, "wrong/right.go passes"); n != 1 {
		t.Errorf("of %d exercises the wrong fixes were tried:\n%s", n, said)
	}
}

// What failed once and passes the next time has failed by luck.
func TestVerify_triesAWrongFixAgain(t *testing.T) {
	t.Parallel()
	marker := filepath.Join(t.TempDir(), "seen")
	x := sample.Add()
	x["wrong/lucky.go"] = strings.ReplaceAll(`// FAILS: 1 and 2 are
package add

import "os"

func Add(a, b int) int {
	if _, err := os.Stat(MARKER); err == nil {
		return a + b
	}
	_ = os.WriteFile(MARKER, nil, 0o600)
	return a - b - 1
}
`, "MARKER", strconv.Quote(marker))
	w := ws{t, sample.Lay(t, map[string]sample.Exercise{"01-add": x})}
	w.run(exitNotPassed, []string{"verify", "-n", "3"}, "wrong/lucky.go passes (run 2 of 3)")
}

func TestVerify_wantsAReasonForEachWrongFix(t *testing.T) {
	t.Parallel()
	x := sample.Add()
	x["wrong/three.go"] = strings.Replace(x["wrong/three.go"], "// FAILS:", "// Fails:", 1)
	w := ws{t, sample.Lay(t, map[string]sample.Exercise{"01-add": x})}
	w.run(exitBroken, []string{"verify", "-n", "1"}, "no line // FAILS:")
}

func TestFind_fromAnywhereInTheRepository(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	course := filepath.Join(root, "workshop", "course")
	for _, dir := range []string{filepath.Join(course, "01-add"), filepath.Join(root, "workshop", "answers"), filepath.Join(root, "goroutines", "leak")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []string{".", "workshop", "workshop/course", "workshop/course/01-add", "goroutines/leak"} {
		if got, err := session.Find(filepath.Join(root, from)); got != course || err != nil {
			t.Errorf("from %s: %s, %v", from, got, err)
		}
	}
	if got, err := session.Find(t.TempDir()); err == nil {
		t.Errorf("from outside: %s", got)
	}
}

// The README's table has each exercise, in order, with what one does in it.
func TestReadme_listsEachExercise(t *testing.T) {
	t.Parallel()
	c, err := course.Load("course")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d\d-[a-z-]+) \| .* \| ([a-z ]+) \| \[(\w+)\]\([^)]*\)(?:, checkpoint (\d+))? \|$`).FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, strings.Join(m[1:], "|"))
	}
	var want []string
	for _, x := range c.Exercises {
		part, _, _ := strings.Cut(x.Part, "/")
		want = append(want, strings.Join([]string{x.Name, course.Kinds[x.Kind], part, strings.Join(x.Points, ",")}, "|"))
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the table has\n%s\nand the course\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
}

// The list of the terminal UI cuts a longer title, at 80 columns.
func TestCourse_titlesFitTheList(t *testing.T) {
	t.Parallel()
	c, err := course.Load("course")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range c.Exercises {
		if len(x.Title) > 42 {
			t.Errorf("%s: a title of %d characters, and the list has room for 42: %s", x.Name, len(x.Title), x.Title)
		}
	}
}
