// Package record reads what make matrix has written: matrix.json, which says
// of every bug who reports it, and the reports of one recorded run, if there
// is one.
package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Detectors run a bug. They stand in the order of the tables.
var Detectors = []string{"race", "goleak", "leakprofile", "synctest", "deadlock", "panic", "fatal", "hang"}

// A Bug is a row of matrix.json.
type Bug struct {
	Part, Package, Name string
	File                string // from the package's folder
	Line                int    // of the BUG note, or of what is refused
	Text                string // what goes wrong
	Runs                bool   // detect.Bug runs it; else it is refused, or a type
	States              map[string]string
	Static              []string // the compiler, vet, linters, analyzers that report it
	Test                bool     // an assertion sees it
	Release             []string // "until go1.22"
}

// SeenBy lists all that report the bug every time.
func (b Bug) SeenBy() []string {
	var all []string
	for _, d := range Detectors {
		if b.States[d] == "caught" {
			all = append(all, d)
		}
	}
	all = append(all, b.Static...)
	if b.Test {
		all = append(all, "test")
	}
	return all
}

// A Report is what one detector said of one bug.
type Report struct {
	Package, Name, File string
	Detector, State     string
	Mode, Test, End     string
	Runs                int
	Text                string
	Cut                 int // lines that the record leaves out at the end
}

// A Run is one recorded run of one part.
type Run struct {
	Version      int
	Go, Platform string
	Commands     []string
	Reports      []Report
}

// All is everything known of the bugs.
type All struct {
	Bugs     []Bug
	Smallest []string
	Runs     map[string]Run // by part; those that are recorded
	reports  map[key]Report
}

type key struct{ part, pkg, name, file, detector string }

// Read reads matrix.json at the root of the repository, and the runs in dir if
// that exists. Without dir the reports are missing, and nothing else.
func Read(root, dir string) (*All, error) {
	all := &All{Runs: map[string]Run{}, reports: map[key]Report{}}
	var m struct {
		Version  int
		Bugs     []Bug
		Smallest []string
	}
	if err := readJSON(filepath.Join(root, "matrix.json"), &m); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("no matrix.json in %s: run make matrix there, or name goguide's root by -root", root)
		}
		return nil, err
	}
	if m.Version != 1 {
		return nil, fmt.Errorf("matrix.json has version %d, and this site reads version 1", m.Version)
	}
	all.Bugs, all.Smallest = m.Bugs, m.Smallest
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing the record: %w", err)
	}
	for _, file := range files {
		var run Run
		if err := readJSON(file, &run); err != nil {
			return nil, err
		}
		if run.Version != 1 || run.Go == "" {
			return nil, fmt.Errorf("%s is no record of make matrix, or of another version: record anew by make record", file)
		}
		part := filepath.Base(file[:len(file)-len(".json")])
		all.Runs[part] = run
		for _, r := range run.Reports {
			all.reports[key{part, r.Package, r.Name, r.File, r.Detector}] = r
		}
	}
	return all, nil
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the record: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	return nil
}

// Report returns what a detector said, if the run was recorded and agrees with
// the matrix: a stale record is none.
func (a *All) Report(b Bug, detector string) (Report, bool) {
	r, ok := a.reports[key{b.Part, b.Package, b.Name, b.File, detector}]
	state := b.States[detector]
	if slices.Contains(b.Static, detector) || state == "some runs" && r.State == "silent" {
		state = r.State
	}
	if state == "some runs" {
		state = "caught"
	}
	return r, ok && r.State == state
}

// Missing lists the reports that the matrix promises and the record lacks, as
// goroutines/leak.FirstOnly goleak.
func (a *All) Missing() []string {
	var missing []string
	for _, b := range a.Bugs {
		for _, d := range b.SeenBy() {
			if d == "test" {
				continue
			}
			if _, ok := a.Report(b, d); !ok {
				missing = append(missing, fmt.Sprintf("%s/%s.%s %s", b.Part, b.Package, b.Name, d))
			}
		}
	}
	return missing
}
