package pages

import (
	"cmp"
	"encoding/json"
	"slices"

	"example.com/goguide/site/internal/code"
	"example.com/goguide/site/internal/record"
)

// A matrixPage is all bugs of one part, or of all, and every detector. The page
// of all has no rows in its HTML: matrix.js draws those that are looked at from
// rows.json. A browser took ten times as long to lay all of them out, and the
// weight grew with each bug. A part's page is a plain table, for readers
// without JavaScript.
type matrixPage struct {
	Part      string // "" for all
	Bugs      int
	Rows      []matrixRow
	Parts     []matrixPart
	Detectors []string
	Static    []string
	Smallest  []string
}

type matrixPart struct {
	Name string
	Bugs int
}

type matrixRow struct {
	Label    string
	Page, ID string
	Bug      record.Bug
	Cells    []cell
}

type cell struct{ Detector, State, Mark string }

func (m *maker) matrixJobs() []job {
	page := matrixPage{Detectors: record.Detectors, Smallest: m.rec.Smallest}
	var jobs []job
	var packages []rowsOfPackage
	for _, part := range m.repo.Parts {
		rows, pkgs := m.matrixRows(part)
		packages = append(packages, pkgs...)
		if len(rows) == 0 {
			continue
		}
		page.Parts = append(page.Parts, matrixPart{part.Name, len(rows)})
		page.Bugs += len(rows)
		for _, r := range rows {
			page.Static = append(page.Static, r.Bug.Static...)
		}
		jobs = append(jobs, m.page("matrixpart.html", "matrix/"+part.Name+"/", "The matrix of "+part.Name,
			"Every bug of "+part.Name+" and every detector: who reports what.",
			matrixPage{Part: part.Name, Bugs: len(rows), Rows: rows, Detectors: record.Detectors}))
	}
	slices.Sort(page.Static)
	page.Static = slices.Compact(page.Static)
	return append(jobs,
		m.page("matrix.html", "matrix/", "The matrix", "Every bug and every detector: who reports what.", page),
		job{"matrix/rows.json", func() ([]byte, error) { return json.Marshal(rowsFile{record.Detectors, packages}) }})
}

func (m *maker) matrixRows(part *code.Part) (all []matrixRow, packages []rowsOfPackage) {
	for _, p := range m.pkgs {
		if p.P.Part != part.Name || len(p.Bugs) == 0 {
			continue
		}
		rows := p.rows()
		all = append(all, rows...)
		packages = append(packages, rowsOfPackage{p.path(), compact(rows)})
	}
	return all, packages
}

func (p *packagePage) rows() []matrixRow {
	var rows []matrixRow
	for _, s := range p.Bugs {
		r := matrixRow{
			Label: cmp.Or(p.P.Path, p.P.Part) + "." + s.Bug.Name, Page: p.path(), ID: s.ID, Bug: s.Bug,
		}
		for _, d := range record.Detectors {
			r.Cells = append(r.Cells, cell{d, s.Bug.States[d], marks[s.Bug.States[d]]})
		}
		rows = append(rows, r)
	}
	return rows
}

// A rowsFile is rows.json, what matrix.js draws from. It is grouped by package,
// as the search index is, and says a cell in one letter.
type rowsFile struct {
	Detectors []string        `json:"detectors"`
	Packages  []rowsOfPackage `json:"packages"`
}

type rowsOfPackage struct {
	Path string      `json:"path"`
	Rows [][5]string `json:"rows"` // name, id if it differs, a letter a detector, static and test, what goes wrong
}

// letters are the states as matrix.js knows them; nothing runs a "-".
var letters = map[string]string{"caught": "c", "some runs": "m", "silent": "s", "open": "o", "": "-"}

func compact(rows []matrixRow) [][5]string {
	all := make([][5]string, 0, len(rows))
	for _, r := range rows {
		id, states, tools := r.ID, "", ""
		if id == r.Bug.Name {
			id = ""
		}
		for _, c := range r.Cells {
			states += letters[c.State]
		}
		for _, s := range r.Bug.Static {
			tools += " " + s
		}
		if r.Bug.Test {
			tools += " test"
		}
		all = append(all, [5]string{r.Bug.Name, id, states, tools[min(1, len(tools)):], r.Bug.Text})
	}
	return all
}
