package detect

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// missing lists the required detectors that stayed silent.
func (c claim) missing(rs []Report) []Detector {
	var ds []Detector
	for _, r := range rs {
		if r.State == Silent && slices.Contains(c.required, r.Detector) {
			ds = append(ds, r.Detector)
		}
	}
	return ds
}

// unexpected lists the detectors that report a bug and are not in its note.
func (c claim) unexpected(rs []Report) []Detector {
	var ds []Detector
	for _, r := range rs {
		if r.State == Caught && !slices.Contains(c.required, r.Detector) && !slices.Contains(c.maybe, r.Detector) {
			ds = append(ds, r.Detector)
		}
	}
	return ds
}

// unseen reports whether the note requires detectors, all of them open here.
func (c claim) unseen(rs []Report) bool {
	for _, r := range rs {
		if r.State != Open && slices.Contains(c.required, r.Detector) {
			return false
		}
	}
	return len(c.required) > 0
}

// refute says what is wrong with the claim, "" if nothing is.
func (c claim) refute(rs []Report) string {
	missing, unexpected := c.missing(rs), c.unexpected(rs)
	if len(missing)+len(unexpected) == 0 {
		return ""
	}
	if len(unexpected) == 0 && c.allMissing(rs) && !slices.Contains(c.items, "test") {
		return c.gone(rs)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the note says BUG(%s), but", strings.Join(c.items, ", "))
	if len(unexpected) > 0 {
		verb := " reports it too"
		if len(unexpected) > 1 {
			verb = " report it too"
		}
		fmt.Fprintf(&b, " %s%s", join(unexpected), verb)
	}
	if len(missing) > 0 {
		if len(unexpected) > 0 {
			b.WriteString(", and")
		}
		fmt.Fprintf(&b, " %s stayed silent", join(missing))
	}
	fmt.Fprintf(&b, ".\nMend the code, or write BUG(%s).\n%s", strings.Join(c.corrected(rs), ", "), brief(rs))
	if len(unexpected) > 0 {
		var names []string
		for _, d := range unexpected {
			names = append(names, string(d))
		}
		b.WriteString("\n" + texts(rs, names))
	}
	return b.String()
}

// allMissing reports whether no required detector that could look reported.
func (c claim) allMissing(rs []Report) bool {
	for _, r := range rs {
		if r.State == Caught && slices.Contains(c.required, r.Detector) {
			return false
		}
	}
	return true
}

// gone speaks to whoever has just fixed the bug, and to whoever believed in one
// that is not there. It proposes no other note: none would be true.
func (c claim) gone(rs []Report) string {
	silent := c.missing(rs)
	verb := "is"
	if len(silent) > 1 {
		verb = "are"
	}
	return fmt.Sprintf("the bug is gone, or this scenario does not provoke it: of BUG(%s), %s %s silent.\n"+
		"If you fixed it: well done. Put it back, or drop the note and prove the code by detect.Fix.\n"+
		"If only an assertion sees it, write BUG(test).\n%s",
		strings.Join(c.items, ", "), join(silent), verb, brief(rs))
}

// corrected is the list that would have been true here.
func (c claim) corrected(rs []Report) []string {
	items := slices.Clone(c.items) // at least "test" is left, see refute
	for _, d := range c.missing(rs) {
		items = slices.DeleteFunc(items, func(s string) bool { return s == string(d) })
	}
	for _, d := range c.unexpected(rs) {
		items = append(items, string(d))
	}
	// In the order of the tables; what is not a detector comes last.
	slices.SortStableFunc(items, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return items
}

func place(item string) int {
	ds := Detectors()
	if i := slices.Index(ds, Detector(strings.TrimSuffix(item, "?"))); i >= 0 {
		return i
	}
	return len(ds)
}

func join(ds []Detector) string {
	var s []string
	for _, d := range ds {
		s = append(s, string(d))
	}
	return strings.Join(s, ", ")
}

func caught(rs []Report) []string {
	var names []string
	for _, r := range rs {
		if r.State == Caught {
			names = append(names, string(r.Detector))
		}
	}
	return names
}

// texts prints the reports of the detectors named.
func texts(rs []Report, names []string) string {
	var b strings.Builder
	for _, r := range rs {
		if slices.Contains(names, string(r.Detector)) {
			fmt.Fprintf(&b, "--- %s says\n%s\n", r.Detector, indent(shorten(r.Text)))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// shorten keeps a report readable; the whole of it goes to the artifacts.
func shorten(text string) string {
	const most = 40
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) <= most {
		return strings.Join(lines, "\n")
	}
	return strings.Join(lines[:most], "\n") + fmt.Sprintf("\n[%d more lines]", len(lines)-most)
}

// A verdict is the line of JSON in t.Attr.
type verdict struct {
	Kind  string   `json:"kind"`           // bug or fix
	Name  string   `json:"name"`           // the declaration of a bug, the test of a fix
	At    string   `json:"at,omitempty"`   // file:line of the note
	Text  string   `json:"text,omitempty"` // its sentence
	Note  []string `json:"note,omitempty"` // its list
	Mode  string   `json:"mode"`           // race, plain or cgo
	Go    string   `json:"go"`
	Cells []cell   `json:"cells"`
}

type cell struct {
	Detector Detector `json:"detector"`
	State    State    `json:"state"`
	End      End      `json:"end,omitempty"`
	Runs     int      `json:"runs"`
	WallMS   int64    `json:"wall_ms"`
	CPUMS    int64    `json:"cpu_ms"`
	Why      string   `json:"why,omitempty"` // why it is open, or had nothing to look at
}

// publish hands the verdict and the reports to whoever reads the test's output.
func publish(t testing.TB, v verdict, rs []Report) {
	t.Helper()
	v.Mode, v.Go = mode(), runtime.Version()
	for _, r := range rs {
		c := cell{
			Detector: r.Detector, State: r.State, End: r.End, Runs: r.Runs,
			WallMS: r.Wall.Milliseconds(), CPUMS: r.CPU.Milliseconds(),
		}
		if r.State != Caught {
			c.Why = r.Text
		}
		v.Cells = append(v.Cells, c)
	}
	line, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("detect: %v", err)
	}
	t.Attr("detect", string(line))
	if f := flag.Lookup("test.artifacts"); f != nil && f.Value.String() == "true" {
		keep(t, rs)
	}
}

// keep writes each report to a file: race.txt, goleak.txt, …
func keep(t testing.TB, rs []Report) {
	t.Helper()
	for _, r := range rs {
		if r.State != Caught {
			continue
		}
		name := filepath.Join(t.ArtifactDir(), string(r.Detector)+".txt")
		if err := os.WriteFile(name, []byte(r.Text), 0o644); err != nil {
			t.Errorf("detect: keeping a report: %v", err)
		}
	}
}
