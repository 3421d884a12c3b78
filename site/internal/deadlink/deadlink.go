// Package deadlink checks a site that is still in memory: every link, image,
// style sheet and script leads to a file of it, every fragment to an element,
// no id stands twice on a page, and nothing is loaded from elsewhere.
package deadlink

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A page is what others can link to, and what it links to.
type page struct {
	ids  map[string]bool
	refs []ref
	said []string
}

type ref struct {
	url  string
	load bool // the browser loads it by itself
}

// Check returns a line for each dead link. Files are by path, without a
// leading slash.
func Check(files map[string][]byte) []string {
	pages := map[string]*page{}
	for name, text := range files {
		if strings.HasSuffix(name, ".html") {
			pages[name] = read(text)
		}
	}
	var dead []string
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		for _, said := range pages[name].said {
			dead = append(dead, name+": "+said)
		}
		if name == "404.html" {
			continue // its links begin at the host's root, whatever that is
		}
		for _, r := range pages[name].refs {
			if why := follow(files, pages, name, r); why != "" {
				dead = append(dead, fmt.Sprintf("%s: %s: %s", name, r.url, why))
			}
		}
	}
	return dead
}

func follow(files map[string][]byte, pages map[string]*page, from string, r ref) string {
	u, err := url.Parse(r.url)
	switch {
	case err != nil:
		return err.Error()
	case u.IsAbs() || u.Host != "":
		if r.load {
			return "loaded from elsewhere"
		}
		return ""
	case strings.HasPrefix(u.Path, "/"):
		return "begins at the host's root, where the site need not stand"
	}
	target := from
	if u.Path != "" {
		target = path.Join(path.Dir(from), u.Path)
		if strings.HasSuffix(u.Path, "/") || target == "." {
			target = path.Join(target, "index.html")
		}
	}
	if _, ok := files[target]; !ok {
		return "no such file"
	}
	if u.Fragment == "" || strings.Contains(u.Fragment, "=") { // a script's state
		return ""
	}
	if p := pages[target]; p == nil || !p.ids[u.Fragment] {
		return "no such anchor"
	}
	return ""
}

func read(text []byte) *page {
	p := &page{ids: map[string]bool{}}
	z := html.NewTokenizer(bytes.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.StartTagToken, html.SelfClosingTagToken:
			p.tag(z.Token())
		default: // text and ends
		}
	}
}

func (p *page) tag(t html.Token) {
	for _, a := range t.Attr {
		switch {
		case a.Key == "id":
			if p.ids[a.Val] {
				p.said = append(p.said, "the id "+a.Val+" stands twice")
			}
			p.ids[a.Val] = true
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			p.said = append(p.said, "inline "+a.Key+", which the policy forbids")
		case a.Key == "href" && t.Data == "link" && isCanonical(t), a.Key == "content":
		case a.Key == "href" || a.Key == "src":
			p.refs = append(p.refs, ref{a.Val, t.Data != "a"})
		}
	}
	if t.Data == "style" {
		p.said = append(p.said, "an inline style sheet, which the policy forbids")
	}
	if t.Data == "script" && !slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "src" }) {
		p.said = append(p.said, "an inline script, which the policy forbids")
	}
}

func isCanonical(t html.Token) bool {
	return slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "rel" && a.Val == "canonical" })
}
