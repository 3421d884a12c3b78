package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"example.com/goguide/workshop/internal/run"
	"example.com/goguide/workshop/internal/sample"
	"example.com/goguide/workshop/internal/session"
)

// begin returns a model as it is after the start. Commands are not run, so
// nothing is compiled: the tests play the runner.
func begin(t *testing.T) *model {
	t.Helper()
	s, err := session.New(sample.Lay(t, map[string]sample.Exercise{
		"01-add": sample.Add(), "02-sums": sample.Add(), "03-more": sample.Add(),
	}))
	if err != nil {
		t.Fatal(err)
	}
	m, err := newModel(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	m.Init()
	return m
}

func press(m *model, keys ...string) {
	for _, k := range keys {
		msg := tea.KeyPressMsg{Text: k, Code: []rune(k)[0]}
		switch k {
		case "enter":
			msg = tea.KeyPressMsg{Code: tea.KeyEnter}
		case "esc":
			msg = tea.KeyPressMsg{Code: tea.KeyEscape}
		case "down":
			msg = tea.KeyPressMsg{Code: tea.KeyDown}
		case "backspace":
			msg = tea.KeyPressMsg{Code: tea.KeyBackspace}
		}
		m.Update(msg)
	}
}

// verdict plays the end of the run that is going on.
func verdict(m *model, v run.Verdict) { m.Update(tested{m.testing, v, nil}) }

func screen(t *testing.T, m *model) string {
	t.Helper()
	lines := strings.Split(m.View().Content, "\n")
	if len(lines) != m.height {
		t.Errorf("%d lines, not %d", len(lines), m.height)
	}
	for _, l := range lines {
		if w := lipgloss.Width(l); w > m.width {
			t.Errorf("%d columns: %q", w, l)
		}
	}
	return ansi.Strip(strings.Join(lines, "\n"))
}

func wants(t *testing.T, m *model, texts ...string) {
	t.Helper()
	s := screen(t, m)
	for _, text := range texts {
		if !strings.Contains(s, text) {
			t.Errorf("no %q in:\n%s", text, s)
		}
	}
}

func TestScreen_ofATask(t *testing.T) {
	m := begin(t)
	wants(t, m, "0 of 3", "01-add  Adding  (fix the bug)", "testing …", "Make it add.", "add.go", "q quit")
	verdict(m, run.Verdict{Result: run.Failed, Headline: "a test fails", Lines: []string{"add_test.go:7: 1 and 2 are -1."}, Output: "all of it"})
	wants(t, m, "✗ FAILED a test fails", "add_test.go:7: 1 and 2 are -1.")
	press(m, "o")
	wants(t, m, "all of it")
	press(m, "esc")
	wants(t, m, "Make it add.")
	verdictAgain := func() { press(m, "t"); verdict(m, run.Verdict{Result: run.Passed}) }
	verdictAgain()
	wants(t, m, "✓ PASSED", "A sum is no difference.", "n next: 02-sums")
}

func TestScreen_fitsAnyTerminal(t *testing.T) {
	m := begin(t)
	long := strings.Repeat("a long line ", 40)
	verdict(m, run.Verdict{Result: run.Failed, Headline: long, Lines: []string{long, strings.Repeat("x", 300)}, Output: strings.Repeat(long+"\n", 100)})
	for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 40, Height: 10}, {Width: 200, Height: 60}, {Width: 20, Height: 6}} {
		m.Update(size)
		for _, key := range []string{"esc", "o", "G", "l", "esc", "r", "n", "h"} {
			press(m, key)
			screen(t, m)
		}
		press(m, "p")
	}
}

func TestKeys_hintsComeOneByOne(t *testing.T) {
	m := begin(t)
	press(m, "h")
	wants(t, m, "Hint 1 of 3", "vague")
	if strings.Contains(screen(t, m), "clearer") {
		t.Error("two hints at once")
	}
	press(m, "h", "h")
	wants(t, m, "Hint 3 of 3", "nearly")
	press(m, "h")
	wants(t, m, "last hint")
	press(m, "esc", "n", "p", "h")
	wants(t, m, "Hint 3 of 3")
}

func TestKeys_solutionOnInsistence(t *testing.T) {
	m := begin(t)
	press(m, "s")
	wants(t, m, "Not passed yet")
	press(m, "S")
	wants(t, m, "return a + b")
	press(m, "esc")
	wants(t, m, "Make it add.")
}

func TestKeys_resetAsks(t *testing.T) {
	m := begin(t)
	x := m.exercise()
	const mine = "package add // mine\n"
	sample.Write(t, x.Edited(), mine)
	press(m, "r", "n")
	wants(t, m, "Nothing was reset.")
	if text, _ := os.ReadFile(x.Edited()); string(text) != mine {
		t.Errorf("reset without a yes: %q", text)
	}
	press(m, "r", "y")
	wants(t, m, "As shipped. Yours: ")
	if text, _ := os.ReadFile(x.Edited()); string(text) == mine {
		t.Error("not reset")
	}
}

func TestKeys_walk(t *testing.T) {
	m := begin(t)
	press(m, "p")
	wants(t, m, "01-add", "This is the first exercise.")
	press(m, "n", "n", "n")
	wants(t, m, "03-more", "This is the last exercise.")
	press(m, "p")
	wants(t, m, "02-sums")
}

func TestList_searches(t *testing.T) {
	m := begin(t)
	press(m, "l")
	wants(t, m, "01-add", "02-sums", "03-more")
	press(m, "s", "u", "m")
	wants(t, m, "search: sum", "02-sums")
	if s := screen(t, m); strings.Contains(s, "03-more") {
		t.Errorf("03-more has no sum:\n%s", s)
	}
	press(m, "z")
	wants(t, m, "Nothing has that")
	press(m, "enter") // opens nothing
	press(m, "backspace", "enter")
	wants(t, m, "02-sums  Adding")
	press(m, "l", "down", "enter")
	wants(t, m, "03-more  Adding")
}

// A verdict that comes after its run was given up is about what is no more.
func TestUpdate_forgetsOldRuns(t *testing.T) {
	m := begin(t)
	old := m.testing
	m.Update(saved{m.exercise()})
	if m.testing == old {
		t.Fatal("a save has begun no run")
	}
	m.Update(tested{old, run.Verdict{Result: run.Passed}, nil})
	wants(t, m, "testing …")
	verdict(m, run.Verdict{Result: run.Hang, Headline: "hangs"})
	wants(t, m, "✗ HANG hangs")
	press(m, "n")
	m.Update(saved{m.s.Course.Exercises[0]})
	wants(t, m, "02-sums")
}

func TestWatcher_seesASave(t *testing.T) {
	for name, save := range map[string]func(t *testing.T, path string){
		"in place": func(t *testing.T, path string) { sample.Write(t, path, "package add // 1\n") },
		"by a rename": func(t *testing.T, path string) {
			sample.Write(t, path+"~", "package add // 2\n")
			if err := os.Rename(path+"~", path); err != nil {
				t.Fatal(err)
			}
		},
		"deleted": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, notify := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				m := begin(t)
				x := m.exercise()
				w := &watcher{}
				if notify {
					w = newWatcher()
				}
				defer w.close()
				wait := w.next(t.Context(), x)
				// Neither a backup nor the same content again is a save.
				sample.Write(t, filepath.Join(x.Dir, ".add.go.swp"), "x")
				text, err := os.ReadFile(x.Edited())
				if err != nil {
					t.Fatal(err)
				}
				sample.Write(t, x.Edited(), string(text))
				if w.changed(x) {
					t.Error("nothing has changed")
				}
				save(t, x.Edited())
				if msg, ok := wait().(saved); !ok || msg.x != x {
					t.Errorf("got %v", msg)
				}
			})
		}
	}
}

// On the fast track there is the last exercise of each part alone.
func TestModel_fastTrack(t *testing.T) {
	t.Parallel()
	other := sample.Add()
	other["exercise.md"] = strings.Replace(other["exercise.md"], "- kind: fix\n", "- kind: fix\n- part: channels/fanin\n", 1)
	s, err := session.New(sample.Lay(t, map[string]sample.Exercise{
		"01-add": sample.Add(), "02-sums": sample.Add(), "03-more": other, "04-most": other,
	}))
	if err != nil {
		t.Fatal(err)
	}
	s.Fast = true
	m, err := newModel(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	m.Init()
	wants(t, m, "02-sums")
	press(m, "n")
	wants(t, m, "04-most")
	press(m, "n")
	wants(t, m, "04-most", "This is the last exercise.")
	press(m, "p", "p")
	wants(t, m, "02-sums", "This is the first exercise.")
}

// One edits beside the hint and the output, so they show the verdict too.
func TestView_hasTheVerdictBesideAHint(t *testing.T) {
	t.Parallel()
	m := begin(t)
	verdict(m, run.Verdict{Result: run.Failed, Headline: "a test fails", Output: "all of it"})
	press(m, "h")
	wants(t, m, "Hint 1 of 3", "✗ FAILED a test fails")
	press(m, "esc", "o")
	wants(t, m, "all of it", "✗ FAILED a test fails")
	m.Update(saved{m.exercise()})
	wants(t, m, "testing …")
}

func TestList_takesASlashForItsBeginning(t *testing.T) {
	t.Parallel()
	m := begin(t)
	press(m, "l", "/", "s", "u", "m")
	wants(t, m, "search: sum", "02-sums")
}

func TestView_fitsANarrowTerminal(t *testing.T) {
	t.Parallel()
	m := begin(t)
	m.Update(tea.WindowSizeMsg{Width: 50, Height: 15})
	wants(t, m, "q quit") // and screen looks at the widths
}
