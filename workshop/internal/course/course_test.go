package course_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/sample"
)

func load(t *testing.T, dir string) *course.Course {
	t.Helper()
	c, err := course.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad_readsAnExercise(t *testing.T) {
	x := load(t, sample.Lay(t, map[string]sample.Exercise{"01-add": sample.Add()})).Exercises[0]
	if x.Title != "Adding" || x.Limit != 20*time.Second || len(x.Hints) != 3 || x.Hints[2] != "nearly" || x.Solved != "A sum is no difference." {
		t.Errorf("got %+v", x)
	}
	if task, err := x.Task(); err != nil || !strings.Contains(task, "Make it add.") {
		t.Errorf("the task is %q, %v", task, err)
	}
}

func TestLoad_saysWhatIsWrongWithAnExercise(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no title":              {"# Adding", "Adding", "no title"},
		"unknown kind":          {"kind: fix", "kind: mend", `kind "mend"`},
		"unknown key":           {"- limit", "- limits", "unknown key"},
		"no reason to fail":     {"- fails: 1 and 2 are\n", "", "fails: TEXT"},
		"too few hints":         {"## Hint\nvague\n", "", "2 hints"},
		"a limit of no length":  {"20s", "twenty", "limit: twenty"},
		"an edited file amiss":  {"edit: add.go", "edit: sum.go", "sum.go"},
		"nothing to take away":  {"A sum is no difference.", "", "no section Solved"},
		"a test of nothing":     {"kind: fix", "kind: test", "swap: FILE"},
		"a section of no sense": {"## Solved", "## Solution", "want Hint or Solved"},
	} {
		t.Run(name, func(t *testing.T) {
			x := sample.Add()
			if !strings.Contains(x["exercise.md"], c.old) {
				t.Fatalf("%q is not in the sample", c.old)
			}
			x["exercise.md"] = strings.Replace(x["exercise.md"], c.old, c.new, 1)
			_, err := course.Load(sample.Lay(t, map[string]sample.Exercise{"01-add": x}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	c := load(t, sample.Lay(t, map[string]sample.Exercise{
		"01-add": sample.Add(), "02-sums": sample.Add(), "10-more": sample.Add(),
	}))
	for name, want := range map[string]string{
		"1": "01-add", "01": "01-add", "add": "01-add", "01-add": "01-add", "10": "10-more",
		"02-SUMS": "02-sums", "workshop/course/02-sums/": "02-sums",
	} {
		if x, err := c.Find(name); err != nil || x.Name != want {
			t.Errorf("%q: got %v, %v", name, x, err)
		}
	}
	for name, want := range map[string]string{"ad": "01-add", "sum": "02-sums", "02-smus": "02-sums", "mare": "10-more"} {
		if _, err := c.Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, which does not name %s", name, err, want)
		}
	}
}

func TestReset_keepsWhatItReplaces(t *testing.T) {
	x := load(t, sample.Lay(t, map[string]sample.Exercise{"01-add": sample.Add()})).Exercises[0]
	if kept, err := x.Reset(time.Now()); kept != "" || err != nil {
		t.Errorf("nothing had changed, and Reset returned %q, %v", kept, err)
	}
	const mine = "package add // mine\n"
	own := filepath.Join(x.Dir, "own.go")
	sample.Write(t, x.Edited(), mine)
	sample.Write(t, own, "package add // not shipped\n")
	if err := os.Remove(filepath.Join(x.Dir, "add_test.go")); err != nil {
		t.Fatal(err)
	}
	if changed, err := x.Changed(); len(changed) != 2 || err != nil {
		t.Errorf("changed: %q, %v", changed, err)
	}
	kept, err := x.Reset(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(kept, "add.go")); string(text) != mine {
		t.Errorf("kept: %q, %v", text, err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Errorf("a file that was not shipped is gone: %v", err)
	}
	if changed, err := x.Changed(); len(changed) != 0 || err != nil {
		t.Errorf("after the reset differ: %q, %v", changed, err)
	}
}

func TestReset_bringsAWholeFolderBack(t *testing.T) {
	x := load(t, sample.Lay(t, map[string]sample.Exercise{"01-add": sample.Add()})).Exercises[0]
	if err := os.RemoveAll(x.Dir); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Reset(time.Now()); err != nil {
		t.Error(err)
	}
	if changed, err := x.Changed(); len(changed) != 0 || err != nil {
		t.Errorf("after the reset differ: %q, %v", changed, err)
	}
}

// What cannot be kept must not be replaced.
func TestReset_replacesNothingThatItCannotKeep(t *testing.T) {
	dir := sample.Lay(t, map[string]sample.Exercise{"01-add": sample.Add()})
	x := load(t, dir).Exercises[0]
	const mine = "package add // mine\n"
	sample.Write(t, x.Edited(), mine)
	sample.Write(t, filepath.Join(dir, course.Replaced), "a file where the folder should be")
	if _, err := x.Reset(time.Now()); err == nil || !strings.Contains(err.Error(), "nothing is reset") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(x.Edited()); string(text) != mine {
		t.Errorf("the attendee's file is %q, %v", text, err)
	}
}

func TestHash_isOfTheExerciseAndNotOfTheAttendee(t *testing.T) {
	x := load(t, sample.Lay(t, map[string]sample.Exercise{"01-add": sample.Add()})).Exercises[0]
	hash := func() string {
		h, err := x.Hash()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := hash()
	sample.Write(t, x.Edited(), "package add // mine\n")
	if hash() != before {
		t.Error("an edit has changed it")
	}
	sample.Write(t, x.Original("add_test.go"), "package add // another test\n")
	if hash() == before {
		t.Error("another test has not changed it")
	}
}
