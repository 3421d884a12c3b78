// Package live serves the site from memory, and makes it anew when a file
// changes.
package live

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"example.com/goguide/site/internal/pages"
)

// SayMissing says in a few lines which reports are not there.
func SayMissing(out io.Writer, missing []string) {
	if len(missing) == 0 {
		return
	}
	fmt.Fprintf(out, "%d reports are not recorded, and their pages say so; make site records them:\n", len(missing))
	const most = 5
	for _, m := range missing[:min(most, len(missing))] {
		fmt.Fprintln(out, "  "+m)
	}
	if len(missing) > most {
		fmt.Fprintf(out, "  and %d more\n", len(missing)-most)
	}
}

// poll is how often the files are looked at. A look at goguide takes some 10 ms.
const poll = 500 * time.Millisecond

// Serve builds, listens on addr and serves until ctx ends.
func Serve(ctx context.Context, cfg pages.Config, addr string, out io.Writer) error {
	start := time.Now()
	site, err := pages.Build(ctx, cfg)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("serving: %w; name another address by -addr", err)
	}
	h := NewHandler(site)
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	SayMissing(out, site.Missing)
	fmt.Fprintf(out, "%d files in %.1f s; the site is at http://%s/ until Ctrl-C\n", len(site.Files), time.Since(start).Seconds(), listener.Addr())
	go watch(ctx, cfg, h, out)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
		return server.Close() // pages that wait for a reload would wait for ever
	}
}

// watch looks at all files again and again: an editor that writes a new file
// and renames it, or a git checkout, needs no special care so.
func watch(ctx context.Context, cfg pages.Config, h *Handler, out io.Writer) {
	seen := Fingerprint(cfg.Root)
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := Fingerprint(cfg.Root)
		if now == seen {
			continue
		}
		seen = now
		start := time.Now()
		site, err := pages.Build(ctx, cfg)
		if err != nil {
			fmt.Fprintln(out, "not rebuilt:", err)
			continue
		}
		h.Set(site)
		fmt.Fprintf(out, "rebuilt in %.1f s\n", time.Since(start).Seconds())
	}
}

// Fingerprint changes when a file that the site reads does.
func Fingerprint(root string) uint64 {
	sum := fnv.New64a()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a file that has just gone: the next look sees what is there
		}
		if d.IsDir() {
			if name := d.Name(); name == ".git" || name == "node_modules" || name == "lint" {
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(file) {
		case ".go", ".md", ".html", ".css", ".js", ".json", ".txt", ".svg", ".yml", ".proto", ".mod":
		default:
			return nil
		}
		if info, err := d.Info(); err == nil {
			fmt.Fprintln(sum, file, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	if err != nil {
		return 0
	}
	return sum.Sum64()
}

// A Handler serves a site that may be replaced.
type Handler struct {
	mu      sync.Mutex
	site    *pages.Site
	version int
	changed chan struct{}     // closed when the site is replaced
	packed  map[string][]byte // files by gzip, once they were asked for
}

// NewHandler returns a handler of a site.
func NewHandler(site *pages.Site) *Handler {
	return &Handler{site: site, changed: make(chan struct{}), packed: map[string][]byte{}}
}

// Set replaces the site, and every open page loads itself anew.
func (h *Handler) Set(site *pages.Site) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.site = site
	h.packed = map[string][]byte{}
	h.version++
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *Handler) now() (site *pages.Site, version int, changed <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.site, h.version, h.changed
}

const (
	reloadPath   = "/-/reload"
	reloadScript = reloadPath + ".js"
	// Only the page that is looked at listens: a browser opens six connections
	// to a host, and a seventh tab would wait for ever.
	script = `"use strict";
let stream, version;
function listen() {
	if (stream) stream.close();
	if (document.hidden) return;
	stream = new EventSource("` + reloadPath + `");
	stream.onmessage = (ev) => {
		if (version && version !== ev.data) location.reload();
		version = ev.data;
	};
}
document.addEventListener("visibilitychange", listen);
listen();
`
)

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", pages.CSP+"; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	site, _, _ := h.now()
	switch r.URL.Path {
	case reloadPath:
		h.versions(w, r)
		return
	case reloadScript:
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, script) //nolint:errcheck // the browser left
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	text, ok := site.Files[name]
	if !ok && site.Files[name+"/index.html"] != nil {
		http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
		return
	}
	status := http.StatusOK
	if !ok {
		name, text, status = "404.html", site.Files["404.html"], http.StatusNotFound
	}
	if strings.HasSuffix(name, ".html") {
		text = bytes.Replace(text, []byte("</body>"), []byte(`<script src="`+reloadScript+`" defer></script></body>`), 1)
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		text = h.pack(site, name, text)
	}
	w.WriteHeader(status)
	w.Write(text) //nolint:errcheck // the browser left
}

// pack packs a file once: of the large ones that takes longer than sending.
func (h *Handler) pack(site *pages.Site, name string, text []byte) []byte {
	h.mu.Lock()
	packed := h.packed[name]
	if h.site != site {
		packed = nil // it is of the next site
	}
	h.mu.Unlock()
	if packed != nil {
		return packed
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(text) //nolint:errcheck // a Buffer takes all
	z.Close()     //nolint:errcheck // likewise
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.site == site {
		h.packed[name] = b.Bytes()
	}
	return b.Bytes()
}

// versions tells a page which version is served, and again at each change.
func (h *Handler) versions(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		_, version, changed := h.now()
		fmt.Fprintf(w, "data: v%d\n\n", version)
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
