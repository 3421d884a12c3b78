// Package pages makes the site, in memory, from the code, the record and the
// texts in content.
package pages

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"example.com/goguide/site/internal/code"
	"example.com/goguide/site/internal/record"
)

// CSP is the policy of every page: nothing inline, nothing from elsewhere.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

// A Config says what to build from.
type Config struct {
	Root   string // goguide's root
	Site   string // the folder with templates, assets and content; Root/site if empty
	Record string // the folder of a recorded run; Root/.cache/record if empty
	Base   string // where the site will stand, for canonical links; may be empty
	Source string // where the repository can be read, up to the commit; may be empty
}

// A Site is all its files, by path without a leading slash.
type Site struct {
	Files   map[string][]byte
	Missing []string // reports that the record lacks
	Anchors []string // every identifier's place: /goroutines/leak/#FirstOnly
	Bugs    int
	Parts   int
}

// A maker holds what the pages are made from.
type maker struct {
	cfg       Config
	base      *url.URL
	repo      *code.Repo
	rec       *record.All
	tmpl      *template.Template
	exercises map[string][]exercise
	moved     *redirects
	pkgs      []*packagePage
	content   []*text
	extra     map[string]bool // files that texts link to and that are not Go
	index     search
}

// Build makes the site.
func Build(ctx context.Context, cfg Config) (*Site, error) {
	cfg.Site = cmp.Or(cfg.Site, filepath.Join(cfg.Root, "site"))
	cfg.Record = cmp.Or(cfg.Record, filepath.Join(cfg.Root, ".cache", "record"))
	m := &maker{cfg: cfg}
	var err error
	if m.base, err = parseBase(cfg.Base); err != nil {
		return nil, err
	}
	if m.rec, err = record.Read(cfg.Root, cfg.Record); err != nil {
		return nil, err
	}
	if m.repo, err = code.Read(ctx, cfg.Root); err != nil {
		return nil, err
	}
	if m.tmpl, err = template.New("").Funcs(funcs).ParseGlob(filepath.Join(cfg.Site, "templates", "*.html")); err != nil {
		return nil, fmt.Errorf("reading templates: %w", err)
	}
	if m.moved, err = readRedirects(filepath.Join(cfg.Site, "redirects.txt")); err != nil {
		return nil, err
	}
	if m.exercises, err = readExercises(cfg.Root); err != nil {
		return nil, err
	}
	if m.content, err = readContent(filepath.Join(cfg.Site, "content")); err != nil {
		return nil, err
	}
	for _, part := range m.repo.Parts {
		for _, p := range part.Packages {
			page, err := m.packagePage(p)
			if err != nil {
				return nil, err
			}
			m.pkgs = append(m.pkgs, page)
		}
	}
	return m.render(ctx)
}

// parseBase refuses what would make canonical links that lead nowhere.
func parseBase(base string) (*url.URL, error) {
	if base == "" {
		return nil, nil
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("-base: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("-base %q is no address of a site: write https://example.org/goguide", base)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	return u, nil
}

// A job makes one file.
type job struct {
	path string
	make func() ([]byte, error)
}

func (m *maker) render(ctx context.Context) (*Site, error) {
	jobs, err := m.jobs()
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(jobs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, j := range jobs {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			text, err := j.make()
			if err != nil {
				return fmt.Errorf("making %s: %w", j.path, err)
			}
			out[i] = text
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	s := &Site{Files: map[string][]byte{}, Missing: m.rec.Missing(), Bugs: len(m.rec.Bugs), Parts: len(m.rec.Runs)}
	for i, j := range jobs {
		if s.Files[j.path] != nil {
			return nil, fmt.Errorf("two things want to be %s", j.path)
		}
		s.Files[j.path] = out[i]
	}
	for _, p := range m.pkgs {
		s.Anchors = append(s.Anchors, p.anchors()...)
	}
	return s, nil
}

func (m *maker) jobs() ([]job, error) {
	jobs, err := m.assets()
	if err != nil {
		return nil, err
	}
	texts, err := m.textJobs() // first: they say which other files are linked to
	if err != nil {
		return nil, err
	}
	jobs = append(jobs, texts...)
	for _, p := range m.pkgs {
		if p.P.Path != "" {
			jobs = append(jobs, m.page("package.html", p.path(), p.title(), p.summary(), p))
		}
		for _, f := range p.P.Files {
			jobs = append(jobs, m.sourceJob(f.Path, f.Lines))
		}
	}
	for _, part := range m.repo.Parts {
		j, err := m.partJob(part)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	extra, err := m.extraJobs()
	if err != nil {
		return nil, err
	}
	jobs = append(jobs, extra...)
	jobs = append(jobs, m.homeJob(), m.notFoundJob())
	jobs = append(jobs, m.matrixJobs()...)
	jobs = append(jobs, m.movedJobs()...)
	return append(jobs, m.searchJob()), nil
}

// assets are copied as they are.
func (m *maker) assets() ([]job, error) {
	dir := filepath.Join(m.cfg.Site, "assets")
	files, err := fs.ReadDir(os.DirFS(dir), ".")
	if err != nil {
		return nil, fmt.Errorf("reading assets: %w", err)
	}
	var jobs []job
	for _, f := range files {
		jobs = append(jobs, copied(f.Name(), filepath.Join(dir, f.Name())))
	}
	jobs = append(jobs, copied("matrix.json", filepath.Join(m.cfg.Root, "matrix.json")))
	pictures, err := filepath.Glob(filepath.Join(m.cfg.Record, "pictures", "*", "*", "*.svg"))
	if err != nil {
		return nil, fmt.Errorf("listing pictures: %w", err)
	}
	for _, file := range pictures {
		rel, err := filepath.Rel(m.cfg.Record, file)
		if err != nil {
			return nil, fmt.Errorf("naming %s: %w", file, err)
		}
		jobs = append(jobs, copied(filepath.ToSlash(rel), file))
	}
	return jobs, nil
}

func copied(path, file string) job {
	return job{path, func() ([]byte, error) { return os.ReadFile(file) }}
}

// frame is what every page has.
type frame struct {
	Path        string // goroutines/leak/
	Root        string // from here to the site's root: ../../
	Title       string
	Description string
	Canonical   string // "" without a base
	CSP         string
	Commit      code.Commit
	HasGuide    bool
	Page        any
}

var funcs = template.FuncMap{
	// args hands a declaration to the template that shows it.
	"args": func(root string, d *declSection) map[string]any { return map[string]any{"Root": root, "Decl": d} },
	// own is the frame of a part's page around the part's own package.
	"own": func(f frame, p *packagePage) frame { f.Page = p; return f },
}

// page makes a page at a path that ends in a slash, or is "".
func (m *maker) page(tmpl, path, title, description string, data any) job {
	f := frame{
		Path: path, Root: up(path), Title: title, Description: description,
		CSP: CSP, Commit: m.repo.Commit, HasGuide: m.hasText("guide"), Page: data,
	}
	if m.base != nil {
		f.Canonical = m.base.String() + path
	}
	return job{path + "index.html", func() ([]byte, error) {
		var b bytes.Buffer
		if err := m.tmpl.ExecuteTemplate(&b, tmpl, f); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}}
}

// up leads from a page to the root, so that the site works in any folder.
func up(path string) string {
	if n := strings.Count(path, "/"); n > 0 {
		return strings.Repeat("../", n)
	}
	return "./"
}

// ErrNotOurs says that a folder holds something that build did not write.
var ErrNotOurs = errors.New("it is not empty and build did not write it: name an empty folder, or one that build has written before")

// marker stands in every folder that Write has written.
const marker = ".goguide-site"

// Writable says in good time whether Write would write to a folder: it refuses
// one with files that it did not write itself.
func Writable(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading -out: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil && len(entries) > 0 {
		return fmt.Errorf("-out %s: %w", dir, ErrNotOurs)
	}
	return nil
}

// Write makes a folder hold the site and nothing else, if it is [Writable].
func (s *Site) Write(dir string) error {
	if err := Writable(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading -out: %w", err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("clearing -out: %w", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the site: %w", err)
	}
	// First, so that what an interrupted Write leaves is known as ours.
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o644); err != nil {
		return fmt.Errorf("writing the site: %w", err)
	}
	for path, text := range s.Files {
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("writing the site: %w", err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return fmt.Errorf("writing the site: %w", err)
		}
	}
	return nil
}
