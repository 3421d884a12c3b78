package pages

import (
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"maps"

	"example.com/goguide/site/internal/highlight"
)

// codeBlock shows lines of a file, from and to included, and marks some: "note"
// for the lines of a BUG note, "bug" for the line that it speaks of.
func codeBlock(lines []template.HTML, from, to int, marks map[int]string) template.HTML {
	var b strings.Builder
	b.WriteString(`<pre class="code" tabindex="0"><code>`)
	for n := from; n <= min(to, len(lines)); n++ {
		switch marks[n] {
		case "bug":
			b.WriteString(`<mark class="bug">` + string(lines[n-1]) + "\n</mark>")
		case "note":
			b.WriteString(`<span class="note">` + string(lines[n-1]) + "\n</span>")
		default:
			b.WriteString(string(lines[n-1]) + "\n")
		}
	}
	b.WriteString("</code></pre>")
	return template.HTML(b.String()) // made of what highlight escaped
}

// A sourcePage shows a file as it was at the commit, with an anchor a line.
type sourcePage struct {
	Path    string
	Name    string
	Code    template.HTML
	Package string // the package's path on the site, if it has one
	At      string // where the repository shows it, if that is known
}

func (m *maker) sourceJob(file string, lines []template.HTML) job {
	var b strings.Builder
	b.WriteString(`<pre class="code lines" tabindex="0"><code>`)
	for i, l := range lines {
		fmt.Fprintf(&b, `<span id="L%d">%s`+"\n</span>", i+1, l)
	}
	b.WriteString("</code></pre>")
	dir := path.Dir(file)
	if i := strings.Index(dir, "/testdata"); i >= 0 {
		dir = dir[:i]
	}
	page := sourcePage{Path: file, Name: path.Base(file), Code: template.HTML(b.String()), At: m.sourceURL(file)} // escaped by highlight
	if m.repo.Package(dir) != nil {
		page.Package = dir + "/"
	}
	return m.page("source.html", file+"/", file, "Source of "+file+".", page)
}

// sourceURL is where the repository shows a file, "" if -source was not given.
func (m *maker) sourceURL(file string) string {
	if m.cfg.Source == "" {
		return ""
	}
	ref := m.repo.Commit.Hash
	if ref == "" {
		ref = "HEAD"
	}
	return strings.TrimSuffix(m.cfg.Source, "/") + "/blob/" + ref + "/" + file
}

// extraJobs makes pages of the files that texts link to and that are no Go code.
func (m *maker) extraJobs() ([]job, error) {
	var jobs []job
	for _, file := range slices.Sorted(maps.Keys(m.extra)) {
		text, err := os.ReadFile(filepath.Join(m.cfg.Root, filepath.FromSlash(file)))
		if err != nil {
			return nil, fmt.Errorf("reading what a text links to: %w", err)
		}
		jobs = append(jobs, m.sourceJob(file, highlight.Other(path.Base(file), string(text))))
	}
	return jobs, nil
}

// resolve turns a link in a Markdown file of the repository into one that
// leads from a page at the path given to a page of the site.
func (m *maker) resolve(file, at, href string) (string, error) {
	if strings.Contains(href, "://") || strings.HasPrefix(href, "mailto:") {
		return href, nil
	}
	target, anchor, _ := strings.Cut(href, "#")
	if target == "" {
		return href, nil
	}
	target = path.Join(path.Dir(file), target)
	root := up(at)
	if target == "README.md" || target == "." {
		return root, nil
	}
	if target == "matrix.json" {
		return root + "matrix/", nil
	}
	for _, t := range m.content {
		if t.File == target {
			return root + t.Path + hash(anchor), nil
		}
	}
	if dir, ok := strings.CutSuffix(target, "/README.md"); ok && m.hasPage(dir) {
		return root + dir + "/" + hash(anchor), nil
	}
	if m.hasPage(target) {
		return root + target + "/" + hash(anchor), nil
	}
	if f := m.repo.File(target); f != nil {
		return root + m.place(target, anchor), nil
	}
	info, err := os.Stat(filepath.Join(m.cfg.Root, filepath.FromSlash(target)))
	if err != nil {
		return "", fmt.Errorf("%s links to %s, which is not there", file, href)
	}
	if info.IsDir() {
		if url := m.sourceURL(target); url != "" {
			return url, nil
		}
		return "", nil // text without a link
	}
	m.extra[target] = true
	return root + target + "/" + hash(anchor), nil
}

// hasPage reports whether a folder of the repository has a page.
func (m *maker) hasPage(dir string) bool {
	if m.repo.Package(dir) != nil {
		return true
	}
	for _, p := range m.repo.Parts {
		if p.Name == dir {
			return true
		}
	}
	return false
}

// place is where the site shows a line of Go: its declaration on the page of
// its package, or else the source.
func (m *maker) place(file, anchor string) string {
	f := m.repo.File(file)
	for _, p := range m.pkgs {
		if !slices.Contains(p.P.Files, f) {
			continue
		}
		if anchor == "" && !f.Test && !f.Testdata && p.P.Path != "" {
			return p.path()
		}
		line, err := strconv.Atoi(strings.TrimPrefix(anchor, "L"))
		if err != nil {
			break
		}
		if id := p.idAt(f.Path, line); id != "" {
			return p.path() + "#" + id
		}
	}
	return file + "/" + hash(anchor)
}

// idAt returns the anchor of what the page shows of a line.
func (p *packagePage) idAt(file string, line int) string {
	for _, b := range p.Bugs {
		if b.File == file && (b.Bug.Line == line || b.Decl != nil && b.Decl.DocFrom <= line && line <= b.Decl.To) {
			return b.ID
		}
	}
	for _, d := range slices.Concat(p.Correct, p.Helpers) {
		if d.Decl.File.Path == file && d.Decl.DocFrom <= line && line <= d.Decl.To {
			return d.ID
		}
	}
	return ""
}
