package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/goguide/workshop/internal/course"
	"example.com/goguide/workshop/internal/run"
	"example.com/goguide/workshop/internal/sample"
)

func exercise(t *testing.T, x sample.Exercise) *course.Exercise {
	t.Helper()
	c, err := course.Load(sample.Lay(t, map[string]sample.Exercise{"01-add": x}))
	if err != nil {
		t.Fatal(err)
	}
	return c.Exercises[0]
}

func check(t *testing.T, x *course.Exercise) run.Verdict {
	t.Helper()
	v, err := run.Check(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Each way in which an attendee's code can end.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		code   string
		result run.Result
		want   []string // of the headline or the lines, in order
	}{
		"right": {"func Add(a, b int) int { return a + b }", run.Passed, nil},
		"right and noisy": {`func Add(a, b int) int { print("add"); os.Stdout.WriteString("--- FAIL: TestAdd"); return a + b }`,
			run.Passed, nil},
		"wrong": {"func Add(a, b int) int { return a - b }", run.Failed,
			[]string{"a test fails", "add_test.go:7: 1 and 2 are -1.", "  They should be 3."}},
		"uncompilable": {"func Add(a, b int) int { return a +* b }", run.Compile,
			[]string{"the compiler says", "add.go:5:"}},
		"another signature": {"func Add(a int) int { return a }", run.Compile,
			[]string{"add_test.go:6:", "keep names and signatures"}},
		"racy": {`func Add(a, b int) int {
				sum, done := 0, make(chan bool)
				go func() { sum += a; close(done) }()
				sum += b
				<-done
				return sum
			}`, run.Race, []string{"data race", "add.go:7  Add", "add.go:8  Add"}},
		"hanging": {"func Add(a, b int) int { <-make(chan int); return 0 }", run.Hang,
			[]string{"not done after 1s", "add.go:5  Add  waits: chan receive"}},
		"panicking": {"func Add(a, b int) int { return []int{}[a] }", run.Panic,
			[]string{"index out of range", "add.go:5  Add"}},
		"flooding": {`func Add(a, b int) int { for { os.Stdout.Write(make([]byte, 1<<16)) } }`, run.Flood,
			[]string{"more than 1 MiB"}},
		"ending with 0": {"func init() { os.Exit(0) }\nfunc Add(a, b int) int { return 0 }", run.Failed,
			[]string{"not all tests ran", "TestAdd was not run", "TestAdd_zero was not run"}},
		"ending with 7": {"func Add(a, b int) int { os.Exit(7); return 0 }", run.Failed,
			[]string{"exit code 7"}},
		"colourful": {`func Add(a, b int) int { os.Stdout.WriteString("\x1b[31mred\x1b[0m\a\n"); return 7 }`, run.Failed,
			[]string{"1 and 2 are 7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shipped := sample.Add()
			if c.result == run.Hang {
				shipped["exercise.md"] = strings.Replace(shipped["exercise.md"], "20s", "1s", 1)
			}
			x := exercise(t, shipped)
			imports := ""
			if strings.Contains(c.code, "os.") {
				imports = `import "os"; `
			}
			sample.Write(t, x.Edited(), "package add\n\n"+imports+"\n\n"+c.code+"\n")
			v := check(t, x)
			if v.Result != c.result {
				t.Fatalf("got %q, want %q:\n%s\n%s", v.Result, c.result, v.Headline, v.Output)
			}
			shown := v.Headline + "\n" + strings.Join(v.Lines, "\n")
			inOrder(t, shown, c.want)
			if strings.Contains(shown, "a log of a test that passes") {
				t.Errorf("a log is no message:\n%s", shown)
			}
			if strings.ContainsAny(v.Output, "\x1b\a\x16") {
				t.Errorf("control characters for the terminal: %q", v.Output)
			}
			if len(v.Output) > run.Cap {
				t.Errorf("%d bytes of output", len(v.Output))
			}
		})
	}
}

func inOrder(t *testing.T, text string, wants []string) {
	t.Helper()
	rest := text
	for _, want := range wants {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q, in this order, in:\n%s", want, text)
		}
		rest = after
	}
}

// Whatever is done to the test, the verdict is by the shipped one.
func TestCheck_isNotImpressedByOtherTests(t *testing.T) {
	x := exercise(t, sample.Add())
	sample.Write(t, filepath.Join(x.Dir, "add_test.go"), "package add\n")
	sample.Write(t, filepath.Join(x.Dir, "main_test.go"), "package add\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(*testing.M) { os.Exit(0) }\n")
	if v := check(t, x); v.Result != run.Failed || v.Headline != "a test fails" {
		t.Errorf("got %+v", v)
	}
	if err := os.Remove(filepath.Join(x.Dir, "add_test.go")); err != nil {
		t.Fatal(err)
	}
	sample.Write(t, x.Edited(), "package add\n\nfunc Add(a, b int) int { return sum(a, b) }\n")
	sample.Write(t, filepath.Join(x.Dir, "sum.go"), "package add\n\nfunc sum(a, b int) int { return a + b }\n")
	if v := check(t, x); v.Result != run.Passed {
		t.Errorf("the test was deleted and the code is right, in two files: %+v", v)
	}
}

func TestCheck_missesTheFile(t *testing.T) {
	x := exercise(t, sample.Add())
	if err := os.Remove(x.Edited()); err != nil {
		t.Fatal(err)
	}
	if v := check(t, x); v.Result != run.Broken || !strings.Contains(v.Headline, "reset") {
		t.Errorf("got %+v", v)
	}
}

// What an exercise may import is no matter of the network.
func TestCheck_importsWhatTheWorkshopLacks(t *testing.T) {
	t.Parallel()
	x := exercise(t, sample.Add())
	sample.Write(t, x.Edited(), "package add\n\nimport _ \"go.uber.org/goleak\"\n\nfunc Add(a, b int) int { return a + b }\n")
	if v := check(t, x); v.Result != run.Compile || !strings.Contains(v.Headline, "does not have go.uber.org/goleak") {
		t.Errorf("got %v: %s", v.Result, v.Headline)
	}
}

func TestCheck_needsACompilerForTheRaceDetector(t *testing.T) {
	t.Setenv("CC", "no-such-compiler")
	if v := check(t, exercise(t, sample.Add())); v.Result != run.Broken || !strings.Contains(v.Headline, "install gcc") {
		t.Errorf("got %+v", v)
	}
}

func TestCheck_needsANewerGo(t *testing.T) {
	x := exercise(t, sample.Add())
	sample.Write(t, filepath.Join(x.Dir, "..", "..", "go.mod"), "module sample\n\ngo 1.999.0\n")
	t.Setenv("GOTOOLCHAIN", "local")
	if v := check(t, x); v.Result != run.Broken || !strings.Contains(v.Headline, "too old") {
		t.Errorf("got %+v", v)
	}
}

func TestCheck_needsGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if v := check(t, exercise(t, sample.Add())); v.Result != run.Broken || !strings.Contains(v.Headline, "no command go") {
		t.Errorf("got %+v", v)
	}
}

// tester is an exercise in which the test is what is written.
func tester() sample.Exercise {
	x := sample.Add()
	x["exercise.md"] = strings.NewReplacer("kind: fix", "kind: test\n- swap: add.go", "edit: add.go", "edit: add_test.go").Replace(x["exercise.md"])
	x["variants/right.go"] = "package add\n\nfunc Add(a, b int) int { return a + b }\n"
	x["variants/right-below-100.go"] = "package add\n\nfunc Add(a, b int) int { return min(a, 100) + min(b, 100) }\n"
	x["variants/it-subtracts.go"] = "package add\n\nfunc Add(a, b int) int { return a - b }\n"
	x["variants/it-is-3.go"] = "package add\n\nfunc Add(a, b int) int { return 3 }\n"
	return x
}

func TestCheck_ofATest(t *testing.T) {
	const head = "package add\n\nimport \"testing\"\n\n"
	for name, c := range map[string]struct {
		test   string
		result run.Result
		want   string
	}{
		"that sees all":         {tester()["original/add_test.go"], run.Passed, "each bug fails it"},
		"that sees one":         {head + "func TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fail() } }\n", run.Failed, "not noticed: it is 3"},
		"that fails on all":     {head + "func TestAdd(t *testing.T) { t.Fail() }\n", run.Failed, "fails on code that is right"},
		"that asks too much":    {head + "func TestAdd(t *testing.T) { if Add(1, 200) != 201 { t.Fail() } }\n", run.Failed, "right (other code than yours: below 100)"},
		"that is skipped":       {head + "func TestAdd(t *testing.T) { t.Skip() }\n", run.Failed, "fails on code that is right"},
		"that is none":          {"package add\n", run.Failed, "there is no test"},
		"that does not compile": {head + "func TestAdd(t *testing.T) { Sub() }\n", run.Compile, "Sub"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := exercise(t, tester())
			sample.Write(t, x.Edited(), c.test)
			v := check(t, x)
			if shown := v.Headline + strings.Join(v.Lines, "\n"); v.Result != c.result || !strings.Contains(shown, c.want) {
				t.Errorf("got %q: %s", v.Result, shown)
			}
		})
	}
}
