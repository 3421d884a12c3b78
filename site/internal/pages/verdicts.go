package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/goguide/site/internal/code"
	"example.com/goguide/site/internal/record"
)

// A verdict is one cell: a detector and what it made of the bug.
type verdict struct {
	Detector string
	State    string // caught, silent, some runs, open
	Mark     string
	Head     string // the first lines of the report
	Rest     string // all of it, if that is more
	Lines    int    // of all
	Cut      int    // lines that the record left out
	Why      string // in words: what there is to say beside the report
	Missing  bool   // reported, and not recorded
}

// Class is the state as a name for the style sheet.
func (v verdict) Class() string { return strings.ReplaceAll(v.State, " ", "-") }

var marks = map[string]string{"caught": "●", "some runs": "◐", "silent": "·", "open": "○"}

// headLines is how much of a report is shown at first.
const headLines = 14

func (m *maker) verdicts(b record.Bug) []verdict {
	var all []verdict
	if b.Runs {
		for _, d := range record.Detectors {
			if b.States[d] != "" {
				all = append(all, m.verdict(b, d, b.States[d]))
			}
		}
	}
	for _, tool := range b.Static {
		all = append(all, m.verdict(b, tool, "caught"))
	}
	return all
}

func (m *maker) verdict(b record.Bug, detector, state string) verdict {
	v := verdict{Detector: detector, State: state, Mark: marks[state]}
	r, ok := m.rec.Report(b, detector)
	if !ok {
		v.Missing = state == "caught" || state == "some runs"
		v.Why = map[bool]string{true: "Its report is not recorded here: make site records it.", false: ""}[v.Missing]
		if state == "silent" {
			v.Why = "It looked, and reported nothing."
		}
		if state == "open" {
			v.Why = "Neither mode could look."
		}
		return v
	}
	v.Why = said(r, state)
	if r.State != "caught" {
		return v
	}
	lines := strings.Split(r.Text, "\n")
	v.Lines, v.Cut, v.Head = len(lines), r.Cut, r.Text
	if len(lines) > headLines+4 {
		v.Head, v.Rest = strings.Join(lines[:headLines], "\n"), r.Text
	}
	return v
}

// said puts the circumstances of a report into words.
func said(r record.Report, state string) string {
	if r.Mode == "" {
		return ""
	}
	runs := "one run"
	if r.Runs != 1 {
		runs = fmt.Sprintf("%d runs", r.Runs)
	}
	mode := r.Mode + " mode"
	switch {
	case state == "some runs":
		return "It reports this bug in some runs only. Here in " + mode + "."
	case r.State == "caught":
		return fmt.Sprintf("In %s, in %s of %s; %s.", mode, runs, r.Test, ended[r.End])
	case r.State == "open":
		return "It could not look: " + strings.TrimSuffix(r.Text, ".") + "."
	case r.Text != "":
		return fmt.Sprintf("Silent in %s, in %s: %s.", mode, runs, strings.TrimSuffix(r.Text, "."))
	}
	return fmt.Sprintf("Silent in %s, in %s; %s.", mode, runs, ended[r.End])
}

var ended = map[string]string{
	"returned": "the code returned", "exited": "the process exited", "panicked": "the process ended in a panic",
	"fatal": "the runtime ended the process", "deadlocked": "the runtime ended the process, for all were asleep",
	"limit": "the code did not return within its limit", "": "how it ended is not recorded",
}

const plainMode = "CGO_ENABLED=0 GOEXPERIMENT=goroutineleakprofile go test"

// commands reproduce a bug: in each mode that something reports it in.
func (p *packagePage) commands(s *bugSection, tests []string) []command {
	b := s.Bug
	run := ""
	if len(tests) > 0 {
		names := tests[0]
		if len(tests) > 1 {
			names = "(" + strings.Join(tests, "|") + ")"
		}
		run = " -v -run '^" + names + "$'"
	}
	target := " ./" + p.P.Path
	if p.P.Path == "" {
		target = " ."
	}
	race := command{"race mode", "cd " + p.P.Part + " && go test -race" + run + target}
	plain := command{"plain mode", "cd " + p.P.Part + " && " + plainMode + run + target}
	reports := func(d string) bool { return b.States[d] == "caught" || b.States[d] == "some runs" }
	onlyPlain := reports("deadlock") || reports("leakprofile")
	inRace := slices.ContainsFunc(record.Detectors, func(d string) bool { return d != "deadlock" && d != "leakprofile" && reports(d) })
	switch {
	case onlyPlain && inRace:
		return []command{race, plain}
	case onlyPlain:
		return []command{plain}
	}
	return []command{race}
}

// findTests gives each bug its tests, by the rule of package detect, and lists
// the others.
func (p *packagePage) findTests() {
	tests := p.tests()
	claimed := map[string]bool{}
	for _, s := range p.Bugs {
		var names []string
		for _, d := range tests {
			if s.Bug.Runs && proves(d, s.Bug.Name) {
				claimed[d.Name] = true
				names = append(names, d.Name)
				s.Proofs = append(s.Proofs, proofOf(d))
			}
		}
		s.Commands = p.commands(s, names)
	}
	for _, d := range tests {
		switch {
		case claimed[d.Name]:
		case strings.HasPrefix(d.Name, "Example"):
			p.Examples = append(p.Examples, proofOf(d))
		default:
			p.Tests = append(p.Tests, testLine{d.Name, firstSentence(d.Doc), d.File.Path, d.From})
		}
	}
}

// tests are the functions that go test runs.
func (p *packagePage) tests() []*code.Decl {
	var all []*code.Decl
	for _, f := range p.P.Files {
		for _, d := range f.Decls {
			if f.Test && !f.Testdata && d.Kind == "func" && isTest(d.Name) {
				all = append(all, d)
			}
		}
	}
	return all
}

// proves says whether a test shows a bug: it is named after it, and is no
// near-miss.
func proves(d *code.Decl, bug string) bool {
	named := regexp.MustCompile(`^Test(.*_)?` + regexp.QuoteMeta(strings.ReplaceAll(bug, ".", "_")) + `(_|$)`)
	return named.MatchString(d.Name) && strings.Contains(d.File.Text(d.From, d.To), "detect.Bug(")
}

func proofOf(d *code.Decl) proof {
	return proof{d.Name, d.File.Path, d.From, codeBlock(d.File.Lines, d.From, d.To, nil)}
}

func isTest(name string) bool {
	for _, prefix := range []string{"Test", "Example", "Benchmark", "Fuzz"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && name != "TestMain" {
			first, _ := utf8.DecodeRuneInString(rest)
			return !unicode.IsLower(first)
		}
	}
	return false
}

func firstSentence(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i+1]
	}
	return doc
}
