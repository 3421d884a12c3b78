//go:build !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/site/internal/live"
)

// A tab is a browser's tab on the site of this repository.
type tab struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // to chromedp a context is the tab
	base string

	mu     sync.Mutex
	errors []string // what the console said, and requests that failed or left the site
}

// patience is for all that one test does in its tab, on a loaded machine.
const patience = 3 * time.Minute

func open(t *testing.T) *tab {
	t.Helper()
	return openFor(t, patience)
}

func openFor(t *testing.T, patience time.Duration) *tab {
	t.Helper()
	path := chromium(t)
	server := httptest.NewServer(live.NewHandler(wholeSite(t))) // an origin of its own, so nothing is stored yet
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	parent, err := started(path)
	require.NoError(t, err)
	ctx, stop := chromedp.NewContext(parent)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, base: server.URL}
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

var shared struct {
	once sync.Once
	ctx  context.Context //nolint:containedctx // to chromedp a context is the browser
	err  error
	stop func()
}

// started starts the browser that all tests share, one tab each, one after the
// other: only one window has the focus.
func started(path string) (context.Context, error) {
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "goguide-chromium-")
		if err != nil {
			shared.err = err
			return
		}
		opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(dir), chromedp.WindowSize(1280, 900))
		allocator, free := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, cancel := chromedp.NewContext(allocator)
		shared.ctx = ctx //nolint:fatcontext // set once
		shared.stop = func() { cancel(); free(); os.RemoveAll(dir) }
		shared.err = chromedp.Do(ctx)
	})
	return shared.ctx, shared.err
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

// chromium finds a browser. Without one these tests are skipped, but in CI they fail.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "no chromium in PATH: apt-get install chromium"
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

func (b *tab) listen(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.errors = append(b.errors, ev.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" || ev.Type == "warning" {
			b.errors = append(b.errors, fmt.Sprintf("console: %v", ev.Args))
		}
	case *log.EventEntryAdded:
		b.errors = append(b.errors, ev.Entry.Text+" "+ev.Entry.URL)
	case *network.EventRequestWillBeSent:
		if u := ev.Request.URL; !strings.HasPrefix(u, b.base) && !strings.HasPrefix(u, "data:") {
			b.errors = append(b.errors, "asks elsewhere: "+u)
		}
	}
}

// said returns what went wrong since the last call.
func (b *tab) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.errors
	b.errors = nil
	return all
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

// call sends a command of the protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
}

func (b *tab) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base + path))
}

func eval[T any](b *tab, js string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, opts...))
	require.NoError(b.t, err)
	return got
}

// until waits for a condition that is written in JavaScript.
func (b *tab) until(js string) {
	b.t.Helper()
	// A poll does not survive a navigation, which may be what is waited for.
	for range 20 {
		_, err := chromedp.Run(b.ctx, chromedp.Poll[chromedp.Void](js, chromedp.WithPollingTimeout(30*time.Second)))
		if err == nil {
			return
		}
		require.NotErrorIs(b.t, err, chromedp.ErrPollingTimeout, js)
		require.NoError(b.t, b.ctx.Err(), js)
	}
	b.t.Fatalf("%s: it navigates again and again", js)
}

func (b *tab) shot(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), png, 0o600))
}

// size sets the window, as a phone's is without a mouse.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(width, height))
}

// htmlPages are all pages but those of the sources, of which there are many of
// one kind: of these, every 40th.
func htmlPages(t *testing.T) []string {
	t.Helper()
	var all []string
	sources := 0
	for path := range wholeSite(t).Files {
		page, ok := strings.CutSuffix(path, "index.html")
		if !ok {
			continue
		}
		all = append(all, page)
	}
	slices.Sort(all)
	return slices.DeleteFunc(all, func(page string) bool {
		if filepath.Ext(strings.TrimSuffix(page, "/")) == "" {
			return false
		}
		sources++
		return sources%40 != 1
	})
}

func TestBrowser_everyPageLoadsWithoutAnError(t *testing.T) {
	b := openFor(t, 10*time.Minute) // of 150 pages
	b.size(360, 740)
	list := htmlPages(t)
	for _, page := range list {
		b.visit("/" + page)
		assert.Empty(t, b.said(), page)
		wide := eval[int](b, "document.documentElement.scrollWidth")
		assert.LessOrEqual(t, wide, 360, "%s scrolls sideways on a phone", page)
	}
	t.Logf("%d pages", len(list))
}

// typeQuery types into the search field, key by key.
func (b *tab) typeQuery(query string) {
	b.t.Helper()
	eval[chromedp.Void](b, `document.getElementById("page-q").value = ""`)
	b.run(chromedp.SendKeys(chromedp.ID("page-q"), query))
}

func TestBrowser_search(t *testing.T) {
	b := open(t)
	b.visit("/goroutines/leak/")
	b.run(chromedp.KeyEvent("/"))
	b.until(`document.activeElement.id === "page-q"`)
	slowest := 0.0
	for query, want := range map[string]string{
		"AbandonedSender": "/goroutines/leak/#AbandonedSender",
		"firstonly":       "/goroutines/leak/#FirstOnly",
		"goroutines/leak": "/goroutines/leak/",
		"fatal error: all goroutines are asleep - deadlock!": "/messages/#all-goroutines-are-asleep---deadlock",
		"WARNING: DATA RACE":                 "/messages/#warning-data-race",
		"panic: send on closed channel":      "/messages/#send-on-closed-channel",
		"fatal error: concurrent map writes": "/messages/#concurrent-map-writes",
		"context deadline exceeded":          "/messages/#context-deadline-exceeded",
	} {
		b.typeQuery(query)
		b.until(`document.getElementById("page-q").getAttribute("aria-expanded") === "true"`)
		slowest = max(slowest, eval[float64](b, `Number(document.body.dataset.searchMs)`))
		b.run(chromedp.SendKeys(chromedp.ID("page-q"), kb.Enter))
		b.until(fmt.Sprintf(`(location.pathname + location.hash).endsWith(%q) && document.readyState === "complete"`, want))
		b.run(chromedp.KeyEvent("/"))
		b.until(`document.activeElement.id === "page-q"`)
	}
	t.Logf("the slowest key press took %.1f ms", slowest)
	b.typeQuery("leak")
	first := eval[string](b, `document.getElementById("page-q").getAttribute("aria-activedescendant")`)
	b.run(chromedp.SendKeys(chromedp.ID("page-q"), kb.ArrowDown))
	assert.NotEqual(t, first, eval[string](b, `document.getElementById("page-q").getAttribute("aria-activedescendant")`))
	b.shot("search")
	b.run(chromedp.SendKeys(chromedp.ID("page-q"), kb.Escape))
	assert.True(t, eval[bool](b, `document.getElementById("page-hits").hidden`))
	assert.Empty(t, b.said())
}

func TestBrowser_matrix(t *testing.T) {
	b := open(t)
	b.visit("/matrix/")
	shown := `[...document.querySelectorAll("#m tbody tr:not([hidden])")]`
	all := eval[int](b, shown+".length")
	assert.Equal(t, wholeSite(t).Bugs, all)
	pick := func(name, value string) {
		eval[chromedp.Void](b, fmt.Sprintf(`{ const e = document.forms.filter.elements[%q]; e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true })); }`, name, value))
	}
	pick("part", "goroutines")
	pick("by", "goleak")
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.cells[0].innerHTML.includes("/goroutines/") && tr.cells[2].textContent === "●")`))
	assert.NotEmpty(t, eval[int](b, shown+".length"))
	assert.Equal(t, "#part=goroutines&by=goleak", eval[string](b, "location.hash"), "a filtered view is a link")
	pick("state", "si")
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.cells[2].textContent === "·")`))
	pick("state", "al")
	assert.Equal(t, []string{"scheduler.SpinningCache.OnLoad"}, eval[[]string](b, shown+`.map((tr) => tr.cells[0].textContent)`))
	pick("part", "")
	pick("by", "")
	pick("state", "ca")
	pick("text", "nobody receives")
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.textContent.includes("nobody receives"))`))
	pick("text", "")
	b.run(chromedp.Click(chromedp.CSS("#m thead th:nth-child(2) button")))
	assert.Equal(t, "●", eval[string](b, shown+`[0].cells[1].textContent`), "sorted by race")
	b.run(chromedp.Click(chromedp.CSS("#m thead th:nth-child(1) button")), chromedp.Click(chromedp.CSS("#m thead th:nth-child(1) button")))
	assert.True(t, eval[bool](b, `((n) => n.every((s, i) => !i || n[i - 1] >= s))(`+shown+`.map((tr) => tr.cells[0].textContent))`), "sorted downwards by name")
	b.shot("matrix-light")
	b.visit("/matrix/#part=goroutines&by=goleak")
	b.until(`document.getElementById("count").textContent.startsWith("9 ") || document.querySelector("#filter select[name=by]").value === "goleak"`)

	b.visit("/matrix/")
	b.run(chromedp.Click(chromedp.CSS(`a[href$="leak/#FirstOnly-synctest"]`)))
	b.until(`location.pathname === "/goroutines/leak/" && document.getElementById("FirstOnly-synctest").closest("details").open`)
	assert.Empty(t, b.said())
}

func TestBrowser_packagePage(t *testing.T) {
	b := open(t)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		})
		require.NoError(t, err)
	}
	b.visit("/goroutines/leak/")
	b.shot("package-light")
	b.run(chromedp.Click(chromedp.CSS(`button[data-copy="FirstOnly"]`)))
	b.until(`document.querySelector('button[data-copy="FirstOnly"]').textContent === "Copied"`)
	copied := eval[string](b, `navigator.clipboard.readText()`, chromedp.EvalAwaitPromise)
	assert.Equal(t, "https://example.org/goguide/goroutines/leak/#FirstOnly", copied, "the canonical link, wherever the page is read")

	b.run(chromedp.Click(chromedp.CSS(`#FirstOnly ~ .verdicts details.caught summary`)))
	assert.True(t, eval[bool](b, `document.querySelector("#FirstOnly ~ .verdicts details.caught").open`))
	b.run(chromedp.Click(chromedp.CSS("#page-theme")), chromedp.Click(chromedp.CSS("#page-theme")))
	assert.Equal(t, "dark", eval[string](b, "document.documentElement.dataset.theme"))
	dark := eval[string](b, "getComputedStyle(document.body).backgroundColor")
	b.shot("package-dark")
	b.visit("/")
	assert.Equal(t, dark, eval[string](b, "getComputedStyle(document.body).backgroundColor"), "the theme is kept")
	b.run(chromedp.Click(chromedp.CSS("#page-theme")))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	assert.Equal(t, dark, eval[string](b, "getComputedStyle(document.body).backgroundColor"), "auto follows the system")
	assert.Empty(t, b.said())
}

// The first key leads to the content, and every bug can be reached and opened
// without a mouse.
func TestBrowser_keyboard(t *testing.T) {
	b := open(t)
	b.visit("/goroutines/leak/")
	b.run(chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, "#page-main", eval[string](b, `document.activeElement.getAttribute("href")`))
	b.run(chromedp.Focus(chromedp.CSS("#FirstOnly ~ .verdicts summary")), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("#FirstOnly ~ .verdicts details").open`)
	assert.Empty(t, b.said())
}

func TestBrowser_worksWithoutJavaScript(t *testing.T) {
	b := open(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.visit("/goroutines/leak/")
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("main")))
	require.NoError(t, err)
	assert.Contains(t, text, "AbandonedSender's send blocks for ever")
	b.run(chromedp.Click(chromedp.CSS(`#FirstOnly ~ .verdicts summary`)), chromedp.WaitVisible(chromedp.ID("FirstOnly-race")))
}

// axe looks at a page of each kind in each theme and at phone width.
func TestBrowser_isAccessible(t *testing.T) {
	axe := readAxe(t)
	b := openFor(t, 10*time.Minute)
	for _, page := range []string{"/", "/goroutines/leak/", "/matrix/", "/goroutines/", "/goroutines/leak/buggy.go/", "/messages/", "/decision/", "/syncx/races/", "/404.html"} {
		b.size(1280, 900)
		b.visit(page)
		eval[chromedp.Void](b, axe+`;
			for (const d of document.querySelectorAll("details")) { d.removeAttribute("name"); d.open = true; }
			for (const tr of document.querySelectorAll("#m tbody tr:nth-child(n+30)")) tr.remove(); // they are all alike`)
		for _, look := range []struct {
			theme string
			width int64
		}{{"light", 1280}, {"dark", 1280}, {"dark", 360}, {"light", 360}} {
			b.size(look.width, 900)
			found := eval[[]string](b, fmt.Sprintf(`document.documentElement.dataset.theme = %q;
				axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.nodes.length + " such as " + v.nodes[0].html.slice(0, 200) + " " + v.nodes[0].failureSummary))`, look.theme),
				chromedp.EvalAwaitPromise)
			assert.Empty(t, found, "%s, %s, %d", page, look.theme, look.width)
		}
		b.shot("phone" + strings.NewReplacer("/", "-", ".", "-").Replace(page))
	}
}

// readAxe returns axe-core, which lies beside its licence.
func readAxe(t *testing.T) string {
	t.Helper()
	packed, err := os.ReadFile(filepath.Join("testdata", "axe-core", "axe.min.js.gz"))
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(text)
}

// A page is ready soon on loopback. The time goes to the test's log: on a
// loaded machine it says more of the machine than of the page.
func TestBrowser_readyTime(t *testing.T) {
	b := open(t)
	for _, page := range []string{"/", "/goroutines/leak/", "/matrix/", "/syncx/races/"} {
		least := 0.0
		for range 5 {
			b.visit(page)
			ms := eval[float64](b, `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`)
			if least == 0 || ms < least {
				least = ms
			}
		}
		t.Logf("%s is ready in %.0f ms", page, least)
		assert.Less(t, least, 5000.0)
	}
}
