package pages

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// redirects say where what was renamed is now. A line of redirects.txt is
//
//	/goroutines/leak/#Old    /goroutines/leak/#New
//	/goroutines/old/         /goroutines/new/
type redirects struct {
	list []redirect
}

type redirect struct{ from, to string }

func readRedirects(file string) (*redirects, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &redirects{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading redirects: %w", err)
	}
	r := &redirects{}
	for n, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 2 || !strings.HasPrefix(fields[0], "/") || !strings.HasPrefix(fields[1], "/") {
			return nil, fmt.Errorf("%s:%d: want two paths that begin with a slash, got %q", file, n+1, line)
		}
		r.list = append(r.list, redirect{fields[0], fields[1]})
	}
	return r, r.follow(file)
}

// follow shortens chains: what was renamed twice leads to its last name.
func (r *redirects) follow(file string) error {
	to := map[string]string{}
	for _, m := range r.list {
		to[m.from] = m.to
	}
	for i, m := range r.list {
		for steps := 0; to[m.to] != ""; steps++ {
			if steps > len(to) {
				return fmt.Errorf("%s: %s leads in a circle", file, m.from)
			}
			m.to = to[m.to]
		}
		r.list[i] = m
	}
	return nil
}

// aliases are the old names of an identifier that stayed on its page.
func (r *redirects) aliases(page, id string) []string {
	var all []string
	for _, m := range r.list {
		old, same := strings.CutPrefix(m.from, "/"+page+"#")
		if same && m.to == "/"+page+"#"+id {
			all = append(all, old)
		}
	}
	return all
}

// gone are the identifiers that left a page for another: old name and new place.
func (r *redirects) gone(page string) []redirect {
	var all []redirect
	for _, m := range r.list {
		old, here := strings.CutPrefix(m.from, "/"+page+"#")
		if here && !strings.HasPrefix(m.to, "/"+page+"#") {
			all = append(all, redirect{old, strings.TrimPrefix(m.to, "/")})
		}
	}
	return all
}

// From and To are for templates.
func (r redirect) From() string { return r.from }

// To is the new place, from the root.
func (r redirect) To() string { return r.to }

// Gone lists what left this page.
func (p *packagePage) Gone() []redirect { return p.m.moved.gone(p.path()) }

// A movedPage stands where a page was.
type movedPage struct {
	To   string // from the root
	Gone []redirect
}

// movedJobs makes a page for each page that is gone. It forwards by itself; a
// fragment never reaches a server, so each renamed identifier is a link on it.
func (m *maker) movedJobs() []job {
	var jobs []job
	var pages []string
	for _, r := range m.moved.list {
		page, _, _ := strings.Cut(strings.TrimPrefix(r.from, "/"), "#")
		if !slices.Contains(pages, page) && !m.hasPage(strings.TrimSuffix(page, "/")) {
			pages = append(pages, page)
		}
	}
	for _, page := range pages {
		moved := movedPage{Gone: m.moved.gone(page)}
		for _, r := range m.moved.list {
			if r.from == "/"+page {
				moved.To = strings.TrimPrefix(r.to, "/")
			}
		}
		jobs = append(jobs, m.page("moved.html", page, "Moved", "This page has moved.", moved))
	}
	return jobs
}

// Lost returns the anchors of old that are neither in the site nor redirected
// to something that is.
func (s *Site) Lost(old []string, redirectsFile string) ([]string, error) {
	r, err := readRedirects(redirectsFile)
	if err != nil {
		return nil, err
	}
	var lost []string
	for _, a := range old {
		to := a
		if i := slices.IndexFunc(r.list, func(m redirect) bool { return m.from == a }); i >= 0 {
			to = r.list[i].to
		}
		if !slices.Contains(s.Anchors, a) && !slices.Contains(s.Anchors, to) {
			lost = append(lost, a)
		}
	}
	return lost, nil
}
