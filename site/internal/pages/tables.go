package pages

import (
	"slices"
	"strings"

	"example.com/goguide/site/internal/code"
	"example.com/goguide/site/internal/record"
)

// A homePage leads to everything.
type homePage struct {
	Parts    []homePart
	Bugs     int
	Packages int
	Example  string // the path of the package to show first
	Runs     map[string]record.Run
	HasText  map[string]bool
	Texts    []*text
}

// Plain is Markdown's text without its marks.
func (homePage) Plain(s string) string { return strings.ReplaceAll(s, "`", "") }

type homePart struct {
	*code.Part
	Packages, Bugs int
}

func (m *maker) homeJob() job {
	page := homePage{Bugs: len(m.rec.Bugs), Runs: m.rec.Runs, HasText: map[string]bool{}}
	for _, part := range m.repo.Parts {
		h := homePart{Part: part}
		for _, p := range m.pkgs {
			if p.P.Part == part.Name {
				h.Packages++
				h.Bugs += len(p.Bugs)
				if page.Example == "" && len(p.Bugs) > 0 || p.P.Dir() == "goroutines/leak" {
					page.Example = p.path()
				}
			}
		}
		page.Packages += h.Packages
		page.Parts = append(page.Parts, h)
	}
	for _, t := range m.content {
		if !strings.HasPrefix(t.Path, "guide/") || t.Path == "guide/" { // its parts are on its page
			page.Texts = append(page.Texts, t)
		}
		page.HasText[t.Path] = true
	}
	return m.page("home.html", "", "goguide", "Each pattern of Go beside the bug that people write, and the proof of which tools report it.", page)
}

// A matrixPage is every bug and every detector.
type matrixPage struct {
	Detectors []string
	Parts     []string
	Static    []string
	Rows      []matrixRow
	Smallest  []string
}

type matrixRow struct {
	Part, Package, Name string
	Page, ID            string
	Text                string
	Cells               []cell
	Static              []string
	Test                bool
	Runs                bool
}

type cell struct{ Detector, State, Mark string }

// Short is the state in one letter, for classes.
func (c cell) Short() string {
	if c.State == "" {
		return "n" // nothing runs it
	}
	return c.State[:2]
}

func (m *maker) matrixJob() job {
	page := matrixPage{Detectors: record.Detectors, Smallest: m.rec.Smallest}
	for _, part := range m.repo.Parts {
		before := len(page.Rows)
		for _, p := range m.pkgs {
			if p.P.Part == part.Name {
				page.Rows = append(page.Rows, p.rows()...)
			}
		}
		if len(page.Rows) > before {
			page.Parts = append(page.Parts, part.Name)
		}
	}
	for _, r := range page.Rows {
		for _, s := range r.Static {
			if !slices.Contains(page.Static, s) {
				page.Static = append(page.Static, s)
			}
		}
	}
	slices.Sort(page.Static)
	return m.page("matrix.html", "matrix/", "The matrix", "Every bug and every detector: who reports what.", page)
}

func (p *packagePage) rows() []matrixRow {
	var rows []matrixRow
	for _, s := range p.Bugs {
		b := s.Bug
		r := matrixRow{
			Part: b.Part, Package: b.Package, Name: b.Name, Page: p.path(), ID: s.ID,
			Text: b.Text, Static: b.Static, Test: b.Test, Runs: b.Runs,
		}
		for _, d := range record.Detectors {
			r.Cells = append(r.Cells, cell{d, b.States[d], marks[b.States[d]]})
		}
		rows = append(rows, r)
	}
	return rows
}

// notFoundJob makes the page that a host shows for a path that is none. It may
// be shown at any depth, so its links go by the base's path.
func (m *maker) notFoundJob() job {
	j := m.page("404.html", "", "Not found", "There is no such page.", m.basePath())
	j.path = "404.html"
	return j
}

func (m *maker) basePath() string {
	if m.base == nil {
		return "/"
	}
	return m.base.Path
}
