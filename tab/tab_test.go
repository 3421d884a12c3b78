//go:build !race

package tab

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { Main(m) }

// serve serves a page for each path.
func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,">`+page)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

// Each page complains once, in a way of its own, and the good one does not.
func TestTab_said(t *testing.T) {
	elsewhere := serve(t, map[string]string{"/": "", "/x": ""})
	site := serve(t, map[string]string{
		"/good":      `<script>console.log("hello"); console.info("hello")</script><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`,
		"/exception": `<script>throw new Error("boom")</script>`,
		"/rejection": `<script>Promise.reject(new Error("later"))</script>`,
		"/error":     `<script>console.error("bad")</script>`,
		"/warning":   `<script>console.warn("odd")</script>`,
		"/missing":   `<img src="/none.png">`,
		"/elsewhere": `<iframe src="` + elsewhere + `/x"></iframe>`,
	})
	b := Open(t, site, time.Minute)
	for path, want := range map[string]string{
		"/exception": "Uncaught",
		"/rejection": "Uncaught (in promise)",
		"/error":     "console: ",
		"/warning":   "console: ",
		"/missing":   "404 (Not Found) " + site + "/none.png",
		"/elsewhere": "asks elsewhere: " + elsewhere + "/x",
	} {
		b.Visit(path)
		said := b.Said()
		if assert.Len(t, said, 1, path) {
			assert.Contains(t, said[0], want, path)
		}
		b.Visit("/good")
		assert.Empty(t, b.Said(), "what was said once is not said again, and %s is good", path)
	}
	b.Moved(elsewhere + "/")
	b.Visit("/")
	assert.Empty(t, b.Said(), "this is its site now")
}

func TestTab_untilAcrossANavigation(t *testing.T) {
	site := serve(t, map[string]string{
		"/":     `<a href="/next">on</a>`,
		"/next": `<title>first</title><script>setTimeout(() => { document.title = "second" }, 200)</script>`,
	})
	b := Open(t, site, time.Minute)
	b.Visit("/")
	b.Do(chromedp.Click(chromedp.CSS("a")))
	b.Until(`document.title === "second"`)
	assert.Equal(t, "/next", Eval[string](b, "location.pathname"))
}

func TestTab_looks(t *testing.T) {
	b := Open(t, serve(t, map[string]string{"/": "hello"}), time.Minute)
	b.Visit("/")
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme(scheme)
		assert.True(t, Eval[bool](b, fmt.Sprintf(`matchMedia("(prefers-color-scheme: %s)").matches`, scheme)))
	}
	b.Size(360, 740)
	assert.Equal(t, []int{360, 740}, Eval[[]int](b, "[innerWidth, innerHeight]"))
	assert.Equal(t, "hello", Get(b, chromedp.Text(chromedp.CSS("body"))))
	b.Shot("phone")
	png, err := os.ReadFile(filepath.Join(t.ArtifactDir(), "phone.png"))
	require.NoError(t, err)
	assert.Equal(t, "image/png", http.DetectContentType(png))
}

// A failing is a test that keeps how it failed, and ends as a test does.
type failing struct {
	testing.TB

	said    string
	skipped bool
}

func (f *failing) Helper()                           {}
func (f *failing) Errorf(format string, args ...any) { f.said += fmt.Sprintf(format, args...) }
func (f *failing) FailNow()                          { panic(f) }
func (f *failing) Fatal(args ...any)                 { f.said += fmt.Sprint(args...); panic(f) }
func (f *failing) Skip(args ...any)                  { f.said += fmt.Sprint(args...); f.skipped = true; panic(f) }

func (f *failing) run(do func()) {
	defer func() { assert.Equal(f.TB, any(f), recover(), "it ends the test") }()
	do()
}

// A condition that never holds fails with what the page shows, and with the
// error if there was one.
func TestTab_untilGivesUp(t *testing.T) {
	b := Open(t, serve(t, map[string]string{"/": "what a user sees"}), time.Minute)
	b.Visit("/")
	for js, want := range map[string]string{`document.title === "never"`: "", "nobody.has.said": "ReferenceError"} {
		f := &failing{TB: t}
		f.run(func() {
			b.t = f
			defer func() { b.t = t }()
			b.until(js, 100*time.Millisecond)
		})
		assert.Contains(t, f.said, "it never holds that "+js)
		assert.Contains(t, f.said, "what a user sees")
		assert.Contains(t, f.said, want)
		assert.FileExists(t, filepath.Join(t.ArtifactDir(), "failed.png"))
	}
}

func TestOpen_withoutABrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for ci, skipped := range map[string]bool{"": true, "true": false} {
		f := &failing{TB: t}
		f.run(func() { find(f, ci) })
		assert.Equal(t, skipped, f.skipped)
		assert.Contains(t, f.said, "apt-get install chromium")
	}
}
