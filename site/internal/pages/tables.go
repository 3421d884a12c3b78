package pages

import (
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
