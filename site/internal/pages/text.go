package pages

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"example.com/goguide/site/internal/code"
	"example.com/goguide/site/internal/ecosystem"
	"example.com/goguide/site/internal/highlight"
	"example.com/goguide/site/internal/plot"
)

// A text is a page that is written in Markdown.
type text struct {
	File  string // from the root: site/content/guide/2.md
	Path  string // guide/2/
	Title string // of its first heading
	src   []byte
}

// A rendered text, with its headings for the search and for a table of contents.
type rendered struct {
	HTML     template.HTML
	Headings []heading
	Lead     string // the first paragraph, as plain text
}

// readContent reads the texts; a site without any is complete too.
func readContent(dir string) ([]*text, error) {
	var all []*text
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".md" {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading texts: %w", err)
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return fmt.Errorf("naming %s: %w", file, err)
		}
		rel = filepath.ToSlash(rel)
		name := strings.TrimSuffix(strings.TrimSuffix(rel, ".md"), "/index")
		title, ok := strings.CutPrefix(string(bytes.SplitN(src, []byte("\n"), 2)[0]), "# ")
		if !ok {
			return fmt.Errorf("%s does not begin with a heading: # Title", file)
		}
		all = append(all, &text{File: "site/content/" + rel, Path: name + "/", Title: title, src: src})
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading texts: %w", err)
	}
	return all, nil
}

func (m *maker) hasText(path string) bool {
	for _, t := range m.content {
		if t.Path == path+"/" {
			return true
		}
	}
	return false
}

// textPage is a text with what stands beside it.
type textPage struct {
	Title string
	rendered
	Guide bool
}

func (m *maker) textJobs() ([]job, error) {
	m.extra = map[string]bool{}
	var jobs []job
	for _, t := range m.content {
		if err := m.fill(t); err != nil {
			return nil, err
		}
		r, err := m.markdown(t.File, t.Path, t.src)
		if err != nil {
			return nil, err
		}
		kind := kindGuide
		if t.Path == "messages/" {
			kind = kindMessage
		}
		entry := m.index.add(kind, t.Title, "", t.Path)
		for _, h := range r.Headings {
			entry.inner(h.Text, h.ID, "")
		}
		jobs = append(jobs, m.page("text.html", t.Path, t.Title, r.Lead, textPage{t.Title, r, strings.HasPrefix(t.Path, "guide/")}))
	}
	return jobs, nil
}

// fill puts into a text what is found in the repository.
func (m *maker) fill(t *text) error {
	if t.Path != "ecosystem/" {
		return nil
	}
	uses, err := ecosystem.Read(m.cfg.Root)
	if err != nil {
		return err
	}
	t.src, err = uses.Fill(t.src, m.hasPage)
	if err != nil {
		return fmt.Errorf("%s: %w", t.File, err)
	}
	return nil
}

// A partPage is the README of a part, its packages, and its own package.
type partPage struct {
	Part     *code.Part
	Packages []*packagePage
	Own      *packagePage
	Bugs     int
	rendered
}

var matrixTable = regexp.MustCompile(`(?s)<!-- matrix: .*?<!-- /matrix -->\n?`)

func (m *maker) partJob(part *code.Part) (job, error) {
	file := part.Name + "/README.md"
	src, err := os.ReadFile(filepath.Join(m.cfg.Root, filepath.FromSlash(file)))
	if err != nil {
		return job{}, fmt.Errorf("reading a part: %w", err)
	}
	page := partPage{Part: part}
	for _, p := range m.pkgs {
		if p.P.Part != part.Name {
			continue
		}
		if p.P.Path == "" {
			page.Own = p
		} else {
			page.Packages = append(page.Packages, p)
		}
		page.Bugs += len(p.Bugs)
	}
	at := part.Name + "/"
	table := fmt.Sprintf("[The matrix](matrix-of-this-part) has a row for each of the %d bugs of this part, and each cell leads to the report.\n", page.Bugs)
	src = matrixTable.ReplaceAllLiteral(src, []byte(table))
	if page.rendered, err = m.markdown(file, at, src); err != nil {
		return job{}, err
	}
	m.index.add(kindPart, part.Name, page.Lead, at)
	return m.page("part.html", at, part.Name, page.Lead, page), nil
}

// markdown renders a file of the repository for a page at a path.
func (m *maker) markdown(file, at string, src []byte) (rendered, error) {
	t := &links{m: m, file: file, at: at}
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(t, 100))),
		goldmark.WithRendererOptions(html.WithUnsafe(), // our own texts, with <kbd> and the like
			renderer.WithNodeRenderers(util.Prioritized(blocks{filepath.Join(m.cfg.Site, "content", "bench")}, 100))),
	)
	var b bytes.Buffer
	if err := md.Convert(src, &b); err != nil {
		return rendered{}, fmt.Errorf("rendering %s: %w", file, err)
	}
	if t.err != nil {
		return rendered{}, t.err
	}
	pairs := []string{"<table>", `<div class="scroll" tabindex="0"><table>`, "</table>", "</table></div>"}
	for _, h := range t.headings {
		if section := sectionNumber.FindString(h.Text); section != "" { // of the guide: #2.3
			pairs = append(pairs, ` id="`+h.ID+`">`, ` id="`+h.ID+`"><a id="`+section+`"></a>`)
		}
	}
	html := strings.NewReplacer(pairs...).Replace(b.String())
	return rendered{template.HTML(html), t.headings, t.lead}, nil // our own texts
}

// links gives headings their anchors and sends links to pages of the site.
type links struct {
	m        *maker
	file, at string
	headings []heading
	lead     string
	err      error
}

var sectionNumber = regexp.MustCompile(`^(\d+\.\d+)\b`)

// Transform implements parser.ASTTransformer.
func (l *links) Transform(doc *ast.Document, reader gtext.Reader, _ parser.Context) {
	src := reader.Source()
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			text := textOf(n, src)
			id := slug(text)
			n.SetAttributeString("id", []byte(id))
			if n.Level == 2 || n.Level == 3 {
				l.headings = append(l.headings, heading{id, text})
			}
		case *ast.Paragraph:
			if l.lead == "" {
				l.lead = strings.Join(strings.Fields(textOf(n, src)), " ")
			}
		case *ast.Link:
			if string(n.Destination) == "matrix-of-this-part" {
				n.Destination = []byte(up(l.at) + "matrix/#part=" + strings.TrimSuffix(l.at, "/"))
				break
			}
			to, err := l.m.resolve(l.file, l.at, string(n.Destination))
			if err != nil {
				return ast.WalkStop, err
			}
			n.Destination = []byte(to)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		l.err = err
	}
}

func textOf(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(src))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteString(textOf(c, src))
	}
	return b.String()
}

// blocks renders code, in lines and classes as all code of the site, and draws
// plots of the recordings in a folder.
type blocks struct{ recordings string }

// RegisterFuncs implements renderer.NodeRenderer.
func (bl blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var b bytes.Buffer
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			b.Write(s.Value(src))
		}
		var language string
		if f, ok := n.(*ast.FencedCodeBlock); ok {
			language = string(f.Language(src))
		}
		if language == "plot" {
			figure, err := bl.plot(b.String())
			if err != nil {
				return ast.WalkStop, err
			}
			_, err = w.WriteString(string(figure) + "\n")
			return ast.WalkSkipChildren, err
		}
		lines := highlight.Go(b.Bytes())
		if language != "go" {
			lines = highlight.Other(language, b.String())
		}
		_, err := w.WriteString(string(codeBlock(lines, 1, len(lines), nil)) + "\n")
		return ast.WalkSkipChildren, err
	})
}

// plot draws what a block of the language plot asks for.
func (bl blocks) plot(text string) (template.HTML, error) {
	spec, err := plot.ParseSpec(text)
	if err != nil {
		return "", err
	}
	recorded, err := os.ReadFile(filepath.Join(bl.recordings, filepath.Base(spec.Data)))
	if err != nil {
		return "", fmt.Errorf("a plot's recording: %w", err)
	}
	rec, err := plot.Read(bytes.NewReader(recorded), spec.Data)
	if err != nil {
		return "", err
	}
	return rec.Figure(spec, "plot-"+slug(spec.Title))
}
