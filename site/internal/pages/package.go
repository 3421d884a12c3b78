package pages

import (
	"cmp"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/goguide/site/internal/code"
	"example.com/goguide/site/internal/record"
)

// A packagePage is what reviewers link to.
type packagePage struct {
	P         *code.Package
	Part      *code.Part
	Doc       template.HTML
	Headings  []heading // of the package comment
	Bugs      []*bugSection
	Correct   []*declSection // exported
	Helpers   []*declSection // the rest, and what bugs stand on
	Examples  []proof
	Tests     []testLine  // that belong to no bug
	Exercises []exercise  // that train the package as a whole
	Run       *record.Run // nil if the part was not recorded
	m         *maker
}

type heading struct{ ID, Text string }

// A bugSection is one bug with its place on the page.
type bugSection struct {
	ID       string
	Aliases  []string // old names
	Bug      record.Bug
	Decl     *code.Decl // nil if the source is not Go that parses
	File     string     // from the root
	Line     int        // that the note speaks of
	Doc      template.HTML
	Code     template.HTML
	Instead  []*declSection
	Verdicts []verdict
	Commands []command
	Proofs   []proof
	Picture  string // the path of a timeline, if the record has one
	Exercise []exercise
}

// A declSection is a declaration of correct code.
type declSection struct {
	ID      string
	Others  []string // anchors of a group's other names
	Aliases []string
	Decl    *code.Decl
	Doc     template.HTML
	Code    template.HTML
}

type command struct{ Mode, Text string }

type proof struct {
	Name string
	File string
	Line int
	Code template.HTML
}

type testLine struct {
	Name, Doc, File string
	Line            int
}

func (p *packagePage) path() string { return p.P.Dir() + "/" }

func (p *packagePage) title() string { return p.P.Dir() }

func (p *packagePage) summary() string {
	return strings.Join(strings.Fields(p.P.Docs.Synopsis(p.P.Docs.Doc)), " ")
}

// Story is the summary without "Package leak".
func (p *packagePage) Story() string {
	s := strings.TrimPrefix(p.summary(), "Package "+p.P.Name+" ")
	return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
}

// Files are all files of the package.
func (p *packagePage) Files() []*code.File { return p.P.Files }

// Short is a file's path from the package.
func (p *packagePage) Short(file string) string { return strings.TrimPrefix(file, p.path()) }

// GuideSections are those that the package comment says it belongs to.
func (p *packagePage) GuideSections() []string {
	var all []string
	for _, m := range guideSection.FindAllStringSubmatch(p.P.Docs.Doc, -1) {
		if !slices.Contains(all, m[1]) {
			all = append(all, m[1])
		}
	}
	return all
}

var guideSection = regexp.MustCompile(`part (\d+(?:\.\d+)?)\b`)

func (m *maker) packagePage(p *code.Package) (*packagePage, error) {
	page := &packagePage{P: p, m: m, Part: m.part(p.Part), Exercises: m.exercises[p.Dir()]}
	if run, ok := m.rec.Runs[p.Part]; ok {
		page.Run = &run
	}
	page.Doc, page.Headings = m.packageDoc(p)
	taken := map[string]bool{}
	shown := map[*code.Decl]bool{}
	for _, b := range m.rec.Bugs {
		if b.Part != p.Part || b.Package != p.Path {
			continue
		}
		s, err := m.bugSection(page, b)
		if err != nil {
			return nil, err
		}
		s.ID = unique(taken, b.Name, path.Base(b.File)+"."+b.Name)
		s.Aliases = m.moved.aliases(p.Dir()+"/", s.ID)
		page.Bugs = append(page.Bugs, s)
		if s.Decl != nil {
			shown[s.Decl] = true
		}
	}
	for _, d := range p.Decls {
		if shown[d] || d.File.Testdata {
			continue
		}
		s := m.declSection(p, d)
		s.ID = unique(taken, d.Name, path.Base(d.File.Path)+"."+d.Name)
		for _, n := range d.Names[1:] {
			s.Others = append(s.Others, unique(taken, n, path.Base(d.File.Path)+"."+n))
		}
		s.Aliases = m.moved.aliases(p.Dir()+"/", s.ID)
		if d.Exported && !d.File.Buggy {
			page.Correct = append(page.Correct, s)
		} else {
			page.Helpers = append(page.Helpers, s)
		}
	}
	for _, s := range page.Bugs {
		m.compare(page, s)
	}
	page.sortBugs()
	page.findTests()
	return page, nil
}

// unique returns the first name that is not taken; the last gets a number.
func unique(taken map[string]bool, names ...string) string {
	for _, n := range names {
		if !taken[n] {
			taken[n] = true
			return n
		}
	}
	last := names[len(names)-1]
	for i := 2; ; i++ {
		if n := fmt.Sprintf("%s-%d", last, i); !taken[n] {
			taken[n] = true
			return n
		}
	}
}

// sortBugs puts them in the order of the source, testdata last.
func (p *packagePage) sortBugs() {
	order := map[string]int{}
	for i, f := range p.P.Files {
		order[f.Path] = i
	}
	slices.SortStableFunc(p.Bugs, func(a, b *bugSection) int {
		return cmp.Or(order[a.File]-order[b.File], a.Bug.Line-b.Bug.Line)
	})
}

func (m *maker) bugSection(page *packagePage, b record.Bug) (*bugSection, error) {
	s := &bugSection{Bug: b, File: page.P.Dir() + "/" + b.File, Line: b.Line}
	f := m.repo.File(s.File)
	if f == nil {
		return nil, fmt.Errorf("matrix.json names %s, which is not there: run make matrix", s.File)
	}
	// By its name first: between two runs of make matrix, lines move.
	if s.Decl = f.Named(b.Name); s.Decl == nil {
		s.Decl = f.At(b.Line)
	}
	if s.Decl == nil && b.Line > len(f.Lines) {
		return nil, fmt.Errorf("matrix.json names %s:%d, which is not there: run make matrix", s.File, b.Line)
	}
	s.Code = m.bugCode(f, s)
	if s.Decl != nil {
		s.Doc = m.declDoc(page.P, s.Decl.Doc)
		s.Line = s.Decl.From
		for i, n := range s.Decl.Notes {
			if i == 0 || n.First == b.Line {
				s.Line = n.Line
			}
		}
	}
	s.Verdicts = m.verdicts(b)
	s.Exercise = m.exercises[page.P.Dir()+"#"+b.Name]
	picture := path.Join("pictures", page.P.Dir(), b.Name+".svg")
	if _, err := os.Stat(filepath.Join(m.cfg.Record, filepath.FromSlash(picture))); err == nil {
		s.Picture = picture
	}
	return s, nil
}

// bugCode shows the declaration with its notes and the lines that they speak
// of; for code that is refused outside any declaration, the lines around it.
func (m *maker) bugCode(f *code.File, s *bugSection) template.HTML {
	marks := map[int]string{}
	from, to := max(1, s.Bug.Line-2), min(len(f.Lines), s.Bug.Line+2)
	if s.Decl != nil {
		from, to = s.Decl.From, s.Decl.To
		for _, n := range s.Decl.Notes {
			for l := n.First; l <= n.Last; l++ {
				marks[l] = "note"
			}
			from = min(from, n.First)
			to = max(to, n.Last)
			marks[n.Line] = "bug"
		}
	}
	if len(marks) == 0 && from <= s.Bug.Line && s.Bug.Line <= to {
		marks[s.Bug.Line] = "bug"
	}
	return codeBlock(f.Lines, from, to, marks)
}

func (m *maker) declSection(p *code.Package, d *code.Decl) *declSection {
	return &declSection{Decl: d, Doc: m.declDoc(p, d.Doc), Code: codeBlock(d.File.Lines, d.From, d.To, nil)}
}

var (
	compared = regexp.MustCompile(`Compare (.*?)\.(\s|$)`)
	docLink  = regexp.MustCompile(`\[([\w.]+)\]`)
)

// compare finds the correct code that the bug's doc comment says to compare.
func (m *maker) compare(page *packagePage, s *bugSection) {
	if s.Decl == nil {
		return
	}
	for _, c := range compared.FindAllStringSubmatch(strings.ReplaceAll(s.Decl.Doc, "\n", " "), -1) {
		for _, l := range docLink.FindAllStringSubmatch(c[1], -1) {
			for _, d := range slices.Concat(page.Correct, page.Helpers) {
				if slices.Contains(d.Decl.Names, l[1]) && !slices.Contains(s.Instead, d) {
					s.Instead = append(s.Instead, d)
				}
			}
		}
	}
}

// part returns the part of a name.
func (m *maker) part(name string) *code.Part {
	i := slices.IndexFunc(m.repo.Parts, func(p *code.Part) bool { return p.Name == name })
	return m.repo.Parts[i] // packages come from parts
}

// anchors lists the page's identifiers.
func (p *packagePage) anchors() []string {
	var all []string
	add := func(id string) { all = append(all, "/"+p.path()+"#"+id) }
	for _, b := range p.Bugs {
		add(b.ID)
	}
	for _, d := range p.Correct {
		add(d.ID)
		for _, o := range d.Others {
			add(o)
		}
	}
	return all
}
