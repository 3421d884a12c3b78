package pages

import (
	"go/doc/comment"
	"html/template"
	"regexp"
	"strings"

	"example.com/goguide/site/internal/code"
)

const ours = "example.com/goguide/"

// packageDoc renders a package comment, and lists its headings.
func (m *maker) packageDoc(p *code.Package) (template.HTML, []heading) {
	var all []heading
	pr := m.printer(p)
	pr.HeadingLevel = 3
	pr.HeadingID = func(h *comment.Heading) string {
		text := strings.TrimSpace(string(plainText(h.Text)))
		id := "doc-" + slug(text)
		all = append(all, heading{id, text})
		return id
	}
	html := pr.HTML(p.Docs.Parser().Parse(p.Docs.Doc))
	return m.guideLinks(focusable(string(html)), up(p.Dir()+"/")), all
}

// declDoc renders the comment of a declaration.
func (m *maker) declDoc(p *code.Package, doc string) template.HTML {
	pr := m.printer(p)
	pr.HeadingLevel = 5
	pr.HeadingID = func(*comment.Heading) string { return "" }
	return template.HTML(focusable(string(pr.HTML(p.Docs.Parser().Parse(doc))))) // go/doc/comment escapes
}

func (m *maker) printer(p *code.Package) *comment.Printer {
	pr := p.Docs.Printer()
	pr.DocLinkURL = func(l *comment.DocLink) string { return m.docLink(p, l) }
	return pr
}

// docLink leads to a page of the site where there is one, else to pkg.go.dev.
func (m *maker) docLink(p *code.Package, l *comment.DocLink) string {
	name := l.Name
	if l.Recv != "" {
		name = l.Recv + "." + name
	}
	dir, isOurs := strings.CutPrefix(l.ImportPath, ours)
	if l.ImportPath == "" {
		dir = p.Dir()
	} else if !isOurs {
		return "https://pkg.go.dev/" + l.ImportPath + hash(name)
	}
	target := m.repo.Package(dir)
	if target == nil {
		return up(p.Dir()+"/") + dir + "/"
	}
	page := ""
	if target != p {
		page = up(p.Dir()+"/") + dir + "/"
	}
	if d := target.Find(name); d != nil {
		return page + hash(name)
	}
	if d := target.Find(l.Recv); d != nil { // a field, or a method by embedding
		return page + hash(l.Recv)
	}
	if page == "" {
		return "#page-top"
	}
	return page
}

func hash(name string) string {
	if name == "" {
		return ""
	}
	return "#" + name
}

// plainText is the text of a heading without its markup.
func plainText(ts []comment.Text) []byte {
	d := comment.Doc{Content: []comment.Block{&comment.Paragraph{Text: ts}}}
	var pr comment.Printer
	pr.TextWidth = -1
	return pr.Text(&d)
}

var notSlug = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)

// slug is GitHub's anchor of a heading, so that links in Markdown hold on both.
func slug(heading string) string {
	return strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// focusable lets the keyboard scroll what is wider than the page.
func focusable(html string) string {
	return strings.ReplaceAll(html, "<pre>", `<pre tabindex="0">`)
}

var guideMention = regexp.MustCompile(`part (\d+)(\.\d+)?( of the guide)`)

// guideLinks makes "part 2.3 of the guide" lead there.
func (m *maker) guideLinks(html, root string) template.HTML {
	return template.HTML(guideMention.ReplaceAllStringFunc(html, func(s string) string { // escaped by go/doc/comment
		sub := guideMention.FindStringSubmatch(s)
		if !m.hasText("guide/" + sub[1]) {
			return s
		}
		anchor := ""
		if sub[2] != "" {
			anchor = "#" + sub[1] + sub[2]
		}
		return `<a href="` + root + "guide/" + sub[1] + "/" + anchor + `">part ` + sub[1] + sub[2] + "</a>" + sub[3]
	}))
}
