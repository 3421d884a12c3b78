package live

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/site/internal/pages"
)

func site(text string) *pages.Site {
	return &pages.Site{Files: map[string][]byte{
		"index.html":      []byte("<body>" + text + "</body>"),
		"leak/index.html": []byte("<body>leak</body>"),
		"404.html":        []byte("<body>none</body>"),
		"style.css":       []byte("p{}"),
	}}
}

func get(h http.Handler, path, encoding string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept-Encoding", encoding)
	h.ServeHTTP(w, r)
	return w
}

func TestHandler(t *testing.T) {
	t.Parallel()
	h := NewHandler(site("old"))
	home := get(h, "/", "")
	assert.Equal(t, `<body>old<script src="/-/reload.js" defer></script></body>`, home.Body.String(), "a page that is served reloads itself")
	assert.Equal(t, pages.CSP+"; frame-ancestors 'none'", home.Header().Get("Content-Security-Policy"))
	assert.Equal(t, "text/html; charset=utf-8", home.Header().Get("Content-Type"))
	assert.Equal(t, "p{}", get(h, "/style.css", "").Body.String())
	assert.Equal(t, "/leak/", get(h, "/leak", "").Header().Get("Location"))
	none := get(h, "/none/", "")
	assert.Equal(t, http.StatusNotFound, none.Code)
	assert.Contains(t, none.Body.String(), "none")

	h.Set(site("new"))
	assert.Contains(t, get(h, "/", "").Body.String(), "new")
}

// A file is packed once, and anew when the site is replaced.
func TestHandler_packs(t *testing.T) {
	t.Parallel()
	h := NewHandler(site("old"))
	first, again := get(h, "/", "gzip, br"), get(h, "/", "gzip, br")
	assert.Equal(t, "gzip", again.Header().Get("Content-Encoding"))
	assert.Equal(t, first.Body.Bytes(), again.Body.Bytes())
	assert.Contains(t, unpacked(t, again), "old")
	assert.Contains(t, unpacked(t, get(h, "/none/", "gzip")), "none")

	h.Set(site("new"))
	assert.Contains(t, unpacked(t, get(h, "/", "gzip")), "new")
}

// A page of the old site that is packed while the new one comes is not kept.
func TestHandler_packsNoOldPage(t *testing.T) {
	t.Parallel()
	old := site("old")
	h := NewHandler(old)
	h.Set(site("new"))
	h.pack(old, "index.html", []byte("old"))
	assert.Contains(t, unpacked(t, get(h, "/", "gzip")), "new")
}

func unpacked(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	z, err := gzip.NewReader(w.Body)
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(text)
}

func TestHandler_tellsAPageToReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHandler(site("old"))
		ctx, leave := context.WithCancel(t.Context())
		w := httptest.NewRecorder()
		left := make(chan struct{})
		go func() {
			defer close(left)
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, reloadPath, http.NoBody))
		}()
		synctest.Wait()
		h.Set(site("new"))
		synctest.Wait()
		leave()
		<-left // a page that is closed holds nothing
		assert.Equal(t, "data: v0\n\ndata: v1\n\n", w.Body.String())
	})
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	write("a.go", "a")
	before := Fingerprint(root)
	assert.Equal(t, before, Fingerprint(root))
	write("a.test", "no source")
	assert.Equal(t, before, Fingerprint(root))
	write("a.go", "ab")
	changed := Fingerprint(root)
	assert.NotEqual(t, before, changed)
	require.NoError(t, os.Rename(filepath.Join(root, "a.go"), filepath.Join(root, "b.go")))
	assert.NotEqual(t, changed, Fingerprint(root))
}

func TestSayMissing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	SayMissing(&out, nil)
	assert.Empty(t, out.String())
	SayMissing(&out, []string{"a", "b", "c", "d", "e", "f", "g"})
	assert.Equal(t, "7 reports are not recorded, and their pages say so; make site records them:\n  a\n  b\n  c\n  d\n  e\n  and 2 more\n", out.String())
}
