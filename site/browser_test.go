//go:build !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
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
	"example.com/goguide/site/internal/pages"
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
	parent, err := started(chromium(t))
	require.NoError(t, err)
	ctx, stop := chromedp.NewContext(parent)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx}
	b.serve(wholeSite(t))
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

// serve serves a site to the tab, at an origin of its own, where nothing is
// stored yet.
func (b *tab) serve(site *pages.Site) {
	server := httptest.NewServer(live.NewHandler(site))
	b.t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base = server.URL
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
			chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache"), // a cached page shows nothing of what it does to come back
			chromedp.UserDataDir(dir), chromedp.WindowSize(1280, 900))
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

// shown are the rows of the matrix that are elements.
const shown = `[...document.querySelectorAll("#m tbody tr")]`

// matrix visits the matrix and waits for its first rows.
func (b *tab) matrix(fragment string) {
	b.t.Helper()
	b.visit("/matrix/" + fragment)
	b.until(`performance.getEntriesByName("drawn").length === 1`)
}

// pick sets a filter of the matrix.
func (b *tab) pick(name, value string) {
	b.t.Helper()
	eval[chromedp.Void](b, fmt.Sprintf(`{ const e = document.forms.filter.elements[%q]; e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true })); }`, name, value))
}

func TestBrowser_matrix(t *testing.T) {
	b := open(t)
	b.matrix("")
	assert.Equal(t, fmt.Sprintf("%[1]d of %[1]d", wholeSite(t).Bugs), eval[string](b, `document.getElementById("count").textContent`))
	b.pick("part", "goroutines")
	b.pick("by", "goleak")
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.cells[0].innerHTML.includes("/goroutines/") && tr.cells[2].textContent === "●")`))
	assert.NotEmpty(t, eval[int](b, shown+".length"))
	assert.Equal(t, "#part=goroutines&by=goleak", eval[string](b, "location.hash"), "a filtered view is a link")
	b.pick("state", "si")
	assert.NotEmpty(t, eval[int](b, shown+".length"))
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.cells[2].textContent === "·")`))
	b.pick("state", "al")
	assert.Equal(t, []string{"scheduler.SpinningCache.OnLoad"}, eval[[]string](b, shown+`.map((tr) => tr.cells[0].textContent)`))
	b.pick("part", "")
	b.pick("by", "vet")
	b.pick("state", "ca")
	assert.NotEmpty(t, eval[int](b, shown+".length"))
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.cells[9].textContent.split(" ").includes("vet"))`))
	b.pick("by", "")
	b.pick("text", "Nobody receives")
	assert.NotEmpty(t, eval[int](b, shown+".length"))
	assert.True(t, eval[bool](b, shown+`.every((tr) => tr.textContent.includes("nobody receives"))`))
	b.pick("text", "no such text")
	assert.Equal(t, fmt.Sprintf("0 of %d", wholeSite(t).Bugs), eval[string](b, `document.getElementById("count").textContent`))
	b.pick("text", "")
	b.run(chromedp.Click(chromedp.CSS("#m thead th:nth-child(2) button")))
	assert.Equal(t, "●", eval[string](b, shown+`[0].cells[1].textContent`), "sorted by race")
	b.run(chromedp.Click(chromedp.CSS("#m thead th:nth-child(1) button")), chromedp.Click(chromedp.CSS("#m thead th:nth-child(1) button")))
	assert.True(t, eval[bool](b, `((n) => n.every((s, i) => !i || n[i - 1] >= s))(`+shown+`.map((tr) => tr.cells[0].textContent))`), "sorted downwards by name")
	b.shot("matrix-light")
	b.matrix("#part=goroutines&by=goleak")
	assert.True(t, eval[bool](b, `document.forms.filter.elements.by.value === "goleak" && `+shown+`.every((tr) => tr.cells[2].textContent === "●")`), "the link's filter")
	eval[chromedp.Void](b, `location.hash = "#part=channels"`)
	b.until(`document.forms.filter.elements.by.value === "" && ` + shown + `.every((tr) => tr.cells[0].innerHTML.includes("/channels/"))`)
	eval[chromedp.Void](b, `location.hash = "#page-main"`) // by the link that skips the header
	b.until(`location.hash === "#part=channels"`)

	b.matrix("")
	b.pick("text", "FirstOnly")
	b.run(chromedp.Click(chromedp.CSS(`a[href$="leak/#FirstOnly-synctest"]`)))
	b.until(`location.pathname === "/goroutines/leak/" && document.getElementById("FirstOnly-synctest")?.closest("details").open`)
	assert.Empty(t, b.said())
}

// Rows become elements when the reader comes near, or looks for text; and none
// is lost on the way.
func TestBrowser_matrixDrawsWhatIsLookedAt(t *testing.T) {
	b := open(t)
	all := wholeSite(t).Bugs
	b.matrix("")
	assert.Less(t, eval[int](b, shown+".length"), 150)
	assert.Equal(t, all+1, eval[int](b, `Number(document.getElementById("m").getAttribute("aria-rowcount"))`))

	before := eval[int](b, shown+".length")
	eval[chromedp.Void](b, shown+`.at(-1).querySelector("a").focus()`) // as by Tab
	b.until(shown + fmt.Sprintf(`.length > %d`, before))
	before = eval[int](b, shown+".length")
	eval[chromedp.Void](b, `scrollTo(0, document.body.scrollHeight)`)
	b.until(shown + fmt.Sprintf(`.length > %d`, before))

	b.run(chromedp.Focus(chromedp.ID("all")), chromedp.KeyEvent(kb.Enter))
	b.until(shown + fmt.Sprintf(`.length === %d && document.getElementById("all").hidden`, all))
	assert.Equal(t, all, eval[int](b, `new Set(`+shown+`.map((tr) => tr.querySelector("a").href)).size`), "each once")
	assert.True(t, eval[bool](b, shown+`.every((tr, i) => tr.getAttribute("aria-rowindex") === String(i + 2))`))
	assert.Equal(t, "TH", eval[string](b, `document.activeElement.parentElement.tagName`), "the focus goes on in the rows")

	b.matrix("#state=ca") // another address, or it would be as it was left
	require.Less(t, eval[int](b, shown+".length"), 150)
	b.run(chromedp.KeyEvent("f", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(shown + fmt.Sprintf(`.length === %d`, all))
	assert.Empty(t, b.said())
}

// A page that is left by a link is as it was when the reader comes back.
func TestBrowser_matrixIsAsItWasLeft(t *testing.T) {
	b := open(t)
	b.matrix("")
	b.run(chromedp.Click(chromedp.ID("all")))
	last := shown + `.at(-1).querySelector("a")`
	b.until(shown + fmt.Sprintf(`.length === %d`, wholeSite(t).Bugs))
	eval[chromedp.Void](b, last+`.scrollIntoView()`)
	there := eval[float64](b, `scrollY`)
	b.until(fmt.Sprintf(`history.state.y === %g`, there))
	require.Greater(t, there, 3000.0)
	eval[chromedp.Void](b, last+`.click()`)
	b.until(`location.pathname !== "/matrix/" && document.readyState === "complete"`)
	b.run(chromedp.NavigateBack())
	b.until(fmt.Sprintf(`location.pathname === "/matrix/" && Math.abs(scrollY - %f) < 900`, there))
}

// A second thousand of bugs makes the page no slower to be ready: what is drawn
// at first does not grow.
func TestBrowser_matrixOfAThousandBugs(t *testing.T) {
	b := open(t)
	b.matrix("")
	usual := eval[int](b, `document.querySelectorAll("*").length`)
	assert.Less(t, usual, 4000)

	site := *wholeSite(t)
	var rows struct {
		Detectors json.RawMessage   `json:"detectors"`
		Packages  []json.RawMessage `json:"packages"`
	}
	require.NoError(t, json.Unmarshal(site.Files["matrix/rows.json"], &rows))
	times := 1000/site.Bugs + 1
	rows.Packages = slices.Repeat(rows.Packages, times)
	text, err := json.Marshal(rows)
	require.NoError(t, err)
	site.Files = maps.Clone(site.Files)
	site.Files["matrix/rows.json"] = text
	b.serve(&site)
	t.Logf("with %d rows the matrix is ready in %.0f ms", times*site.Bugs, b.ready("/matrix/"))
	b.matrix("")
	assert.Equal(t, times*site.Bugs, eval[int](b, `Number(document.getElementById("count").textContent.split(" ")[0])`))
	assert.InDelta(t, usual, eval[int](b, `document.querySelectorAll("*").length`), 100)
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

	b.visit("/matrix/")
	b.run(chromedp.Click(chromedp.CSS(`nav a[href="goroutines/"]`)), chromedp.WaitVisible(chromedp.CSS(`.cells td a[href$="leak/#FirstOnly-goleak"]`)))
}

// axe looks at a page of each kind in each theme and at phone width.
func TestBrowser_isAccessible(t *testing.T) {
	axe := readAxe(t)
	b := openFor(t, 10*time.Minute)
	for _, page := range []string{"/", "/goroutines/leak/", "/matrix/", "/matrix/goroutines/", "/goroutines/", "/goroutines/leak/buggy.go/", "/messages/", "/decision/", "/ecosystem/", "/benchmarks/", "/syncx/races/", "/404.html"} {
		b.size(1280, 900)
		b.visit(page)
		eval[chromedp.Void](b, axe+`;
			for (const d of document.querySelectorAll("details")) { d.removeAttribute("name"); d.open = true; }
			for (const tr of document.querySelectorAll(".cells tbody tr:nth-child(n+30)")) tr.remove(); // they are all alike`)
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

// ready visits a page some times, and returns the least time in ms until it
// could be used: scripts have run, and the matrix has rows.
func (b *tab) ready(page string) float64 {
	b.t.Helper()
	least := math.Inf(1)
	for range 5 {
		b.visit(page)
		b.until(`!document.getElementById("m") || performance.getEntriesByName("drawn").length === 1`)
		least = min(least, eval[float64](b, `Math.max(performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
			...performance.getEntriesByName("drawn").map((e) => e.startTime))`))
	}
	return least
}

// A page is ready soon on loopback. The time goes to the test's log: on a
// loaded machine it says more of the machine than of the page. What a page may
// weigh and draw is held to fixed limits elsewhere.
func TestBrowser_readyTime(t *testing.T) {
	b := open(t)
	for _, page := range []string{"/", "/goroutines/leak/", "/matrix/", "/matrix/goroutines/", "/syncx/races/"} {
		least := b.ready(page)
		t.Logf("%s is ready in %.0f ms", page, least)
		assert.Less(t, least, 3000.0)
	}
}
