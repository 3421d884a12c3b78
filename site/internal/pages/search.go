package pages

import (
	"encoding/json"
	"strings"
)

// The kinds of what one can search for, as app.js knows them.
const (
	kindMessage = iota
	kindBug
	kindPackage
	kindPart
	kindCode
	kindGuide
)

// A search is the index: what app.js loads when somebody begins to type. It is
// grouped by page, for most of its weight would else be paths.
type search struct {
	Pages []*searchPage `json:"pages"`
}

type searchPage struct {
	Path    string      `json:"path"`
	Kind    int         `json:"kind"`
	Title   string      `json:"title"`
	Text    string      `json:"text"`
	Anchors [][3]string `json:"anchors,omitempty"` // title, id if it differs, what it says
	Inner   int         `json:"inner"`             // their kind
	Code    []string    `json:"code,omitempty"`    // identifiers that are their own anchors
}

func (s *search) add(kind int, title, text, path string) *searchPage {
	p := &searchPage{Path: path, Kind: kind, Title: title, Text: clip(text), Inner: kind}
	s.Pages = append(s.Pages, p)
	return p
}

func clip(text string) string {
	if r := []rune(text); len(r) > 120 {
		return strings.TrimRight(string(r[:119]), " ") + "…"
	}
	return text
}

// inner adds a place on the page.
func (p *searchPage) inner(title, id, text string) {
	if id == title {
		id = ""
	}
	p.Anchors = append(p.Anchors, [3]string{title, id, clip(text)})
}

// searchJob must come after all that adds to the index.
func (m *maker) searchJob() job {
	for _, p := range m.pkgs {
		s := m.index.add(kindPackage, p.P.Dir(), p.Story(), p.path())
		s.Inner = kindBug
		for _, b := range p.Bugs {
			s.inner(b.Bug.Name, b.ID, b.Bug.Text)
		}
		for _, d := range p.Correct {
			s.Code = append(s.Code, d.ID)
			s.Code = append(s.Code, d.Others...)
		}
	}
	return job{"search.json", func() ([]byte, error) { return json.Marshal(m.index) }}
}
