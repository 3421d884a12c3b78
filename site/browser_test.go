//go:build !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	protocol "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/site/internal/live"
	"example.com/goguide/site/internal/pages"
	"example.com/goguide/tab"
)

// patience is for all that one test does in its tab, on a loaded machine.
const patience = 3 * time.Minute

func TestMain(m *testing.M) { tab.Main(m) }

// open opens a tab on the site of this repository.
func open(t *testing.T) *tab.Tab {
	t.Helper()
	return openFor(t, patience)
}

func openFor(t *testing.T, limit time.Duration) *tab.Tab {
	t.Helper()
	tab.Need(t)
	return tab.Open(t, serve(t, wholeSite(t)), limit)
}

// serve returns the address of a site, an origin of its own, where nothing is
// stored yet.
func serve(t *testing.T, site *pages.Site) string {
	server := httptest.NewServer(live.NewHandler(site))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
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
	b.Size(360, 740)
	list := htmlPages(t)
	for _, page := range list {
		b.Visit("/" + page)
		assert.Empty(t, b.Said(), page)
		wide := tab.Eval[int](b, "document.documentElement.scrollWidth")
		assert.LessOrEqual(t, wide, 360, "%s scrolls sideways on a phone", page)
	}
	t.Logf("%d pages", len(list))
}

// typeQuery types into the search field, key by key.
func typeQuery(b *tab.Tab, query string) {
	tab.Eval[chromedp.Void](b, `document.getElementById("page-q").value = ""`)
	b.Do(chromedp.SendKeys(chromedp.ID("page-q"), query))
}

func TestBrowser_search(t *testing.T) {
	b := open(t)
	b.Visit("/goroutines/leak/")
	b.Do(chromedp.KeyEvent("/"))
	b.Until(`document.activeElement.id === "page-q"`)
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
		typeQuery(b, query)
		b.Until(`document.getElementById("page-q").getAttribute("aria-expanded") === "true"`)
		slowest = max(slowest, tab.Eval[float64](b, `Number(document.body.dataset.searchMs)`))
		b.Do(chromedp.SendKeys(chromedp.ID("page-q"), kb.Enter))
		b.Until(fmt.Sprintf(`(location.pathname + location.hash).endsWith(%q) && document.readyState === "complete"`, want))
		b.Do(chromedp.KeyEvent("/"))
		b.Until(`document.activeElement.id === "page-q"`)
	}
	t.Logf("the slowest key press took %.1f ms", slowest)
	typeQuery(b, "leak")
	first := tab.Eval[string](b, `document.getElementById("page-q").getAttribute("aria-activedescendant")`)
	b.Do(chromedp.SendKeys(chromedp.ID("page-q"), kb.ArrowDown))
	assert.NotEqual(t, first, tab.Eval[string](b, `document.getElementById("page-q").getAttribute("aria-activedescendant")`))
	b.Shot("search")
	b.Do(chromedp.SendKeys(chromedp.ID("page-q"), kb.Escape))
	assert.True(t, tab.Eval[bool](b, `document.getElementById("page-hits").hidden`))
	assert.Empty(t, b.Said())
}

// shown are the rows of the matrix that are elements.
const shown = `[...document.querySelectorAll("#m tbody tr")]`

// matrix visits the matrix and waits for its first rows.
func matrix(b *tab.Tab, fragment string) {
	b.Visit("/matrix/" + fragment)
	b.Until(`performance.getEntriesByName("drawn").length === 1`)
}

// pick sets a filter of the matrix.
func pick(b *tab.Tab, name, value string) {
	tab.Eval[chromedp.Void](b, fmt.Sprintf(`{ const e = document.forms.filter.elements[%q]; e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true })); }`, name, value))
}

func TestBrowser_matrix(t *testing.T) {
	b := open(t)
	matrix(b, "")
	assert.Equal(t, fmt.Sprintf("%[1]d of %[1]d", wholeSite(t).Bugs), tab.Eval[string](b, `document.getElementById("count").textContent`))
	pick(b, "part", "goroutines")
	pick(b, "by", "goleak")
	assert.True(t, tab.Eval[bool](b, shown+`.every((tr) => tr.cells[0].innerHTML.includes("/goroutines/") && tr.cells[2].textContent === "●")`))
	assert.NotEmpty(t, tab.Eval[int](b, shown+".length"))
	assert.Equal(t, "#part=goroutines&by=goleak", tab.Eval[string](b, "location.hash"), "a filtered view is a link")
	pick(b, "state", "si")
	assert.NotEmpty(t, tab.Eval[int](b, shown+".length"))
	assert.True(t, tab.Eval[bool](b, shown+`.every((tr) => tr.cells[2].textContent === "·")`))
	pick(b, "state", "al")
	assert.Equal(t, []string{"scheduler.SpinningCache.OnLoad"}, tab.Eval[[]string](b, shown+`.map((tr) => tr.cells[0].textContent)`))
	pick(b, "part", "")
	pick(b, "by", "vet")
	pick(b, "state", "ca")
	assert.NotEmpty(t, tab.Eval[int](b, shown+".length"))
	assert.True(t, tab.Eval[bool](b, shown+`.every((tr) => tr.cells[9].textContent.split(" ").includes("vet"))`))
	pick(b, "by", "")
	pick(b, "text", "Nobody receives")
	assert.NotEmpty(t, tab.Eval[int](b, shown+".length"))
	assert.True(t, tab.Eval[bool](b, shown+`.every((tr) => tr.textContent.includes("nobody receives"))`))
	pick(b, "text", "no such text")
	assert.Equal(t, fmt.Sprintf("0 of %d", wholeSite(t).Bugs), tab.Eval[string](b, `document.getElementById("count").textContent`))
	pick(b, "text", "")
	b.Do(chromedp.Click(chromedp.CSS("#m thead th:nth-child(2) button")))
	assert.Equal(t, "●", tab.Eval[string](b, shown+`[0].cells[1].textContent`), "sorted by race")
	b.Do(chromedp.Click(chromedp.CSS("#m thead th:nth-child(1) button")), chromedp.Click(chromedp.CSS("#m thead th:nth-child(1) button")))
	assert.True(t, tab.Eval[bool](b, `((n) => n.every((s, i) => !i || n[i - 1] >= s))(`+shown+`.map((tr) => tr.cells[0].textContent))`), "sorted downwards by name")
	b.Shot("matrix-light")
	matrix(b, "#part=goroutines&by=goleak")
	assert.True(t, tab.Eval[bool](b, `document.forms.filter.elements.by.value === "goleak" && `+shown+`.every((tr) => tr.cells[2].textContent === "●")`), "the link's filter")
	tab.Eval[chromedp.Void](b, `location.hash = "#part=channels"`)
	b.Until(`document.forms.filter.elements.by.value === "" && ` + shown + `.every((tr) => tr.cells[0].innerHTML.includes("/channels/"))`)
	tab.Eval[chromedp.Void](b, `location.hash = "#page-main"`) // by the link that skips the header
	b.Until(`location.hash === "#part=channels"`)

	matrix(b, "")
	pick(b, "text", "FirstOnly")
	b.Do(chromedp.Click(chromedp.CSS(`a[href$="leak/#FirstOnly-synctest"]`)))
	b.Until(`location.pathname === "/goroutines/leak/" && document.getElementById("FirstOnly-synctest")?.closest("details").open`)
	assert.Empty(t, b.Said())
}

// Rows become elements when the reader comes near, or looks for text; and none
// is lost on the way.
func TestBrowser_matrixDrawsWhatIsLookedAt(t *testing.T) {
	b := open(t)
	all := wholeSite(t).Bugs
	matrix(b, "")
	assert.Less(t, tab.Eval[int](b, shown+".length"), 150)
	assert.Equal(t, all+1, tab.Eval[int](b, `Number(document.getElementById("m").getAttribute("aria-rowcount"))`))

	before := tab.Eval[int](b, shown+".length")
	tab.Eval[chromedp.Void](b, shown+`.at(-1).querySelector("a").focus()`) // as by Tab
	b.Until(shown + fmt.Sprintf(`.length > %d`, before))
	before = tab.Eval[int](b, shown+".length")
	tab.Eval[chromedp.Void](b, `scrollTo(0, document.body.scrollHeight)`)
	b.Until(shown + fmt.Sprintf(`.length > %d`, before))

	b.Do(chromedp.Focus(chromedp.ID("all")), chromedp.KeyEvent(kb.Enter))
	b.Until(shown + fmt.Sprintf(`.length === %d && document.getElementById("all").hidden`, all))
	assert.Equal(t, all, tab.Eval[int](b, `new Set(`+shown+`.map((tr) => tr.querySelector("a").href)).size`), "each once")
	assert.True(t, tab.Eval[bool](b, shown+`.every((tr, i) => tr.getAttribute("aria-rowindex") === String(i + 2))`))
	assert.Equal(t, "TH", tab.Eval[string](b, `document.activeElement.parentElement.tagName`), "the focus goes on in the rows")

	matrix(b, "#state=ca") // another address, or it would be as it was left
	require.Less(t, tab.Eval[int](b, shown+".length"), 150)
	b.Do(chromedp.KeyEvent("f", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.Until(shown + fmt.Sprintf(`.length === %d`, all))
	assert.Empty(t, b.Said())
}

// A page that is left by a link is as it was when the reader comes back.
func TestBrowser_matrixIsAsItWasLeft(t *testing.T) {
	b := open(t)
	matrix(b, "")
	b.Do(chromedp.Click(chromedp.ID("all")))
	last := shown + `.at(-1).querySelector("a")`
	b.Until(shown + fmt.Sprintf(`.length === %d`, wholeSite(t).Bugs))
	tab.Eval[chromedp.Void](b, last+`.scrollIntoView()`)
	there := tab.Eval[float64](b, `scrollY`)
	b.Until(fmt.Sprintf(`history.state.y === %g`, there))
	require.Greater(t, there, 3000.0)
	tab.Eval[chromedp.Void](b, last+`.click()`)
	b.Until(`location.pathname !== "/matrix/" && document.readyState === "complete"`)
	b.Do(chromedp.NavigateBack())
	b.Until(fmt.Sprintf(`location.pathname === "/matrix/" && Math.abs(scrollY - %f) < 900`, there))
}

// A second thousand of bugs makes the page no slower to be ready: what is drawn
// at first does not grow.
func TestBrowser_matrixOfAThousandBugs(t *testing.T) {
	b := open(t)
	matrix(b, "")
	usual := tab.Eval[int](b, `document.querySelectorAll("*").length`)
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
	b.Moved(serve(t, &site))
	t.Logf("with %d rows the matrix is ready in %.0f ms", times*site.Bugs, ready(b, "/matrix/"))
	matrix(b, "")
	assert.Equal(t, times*site.Bugs, tab.Eval[int](b, `Number(document.getElementById("count").textContent.split(" ")[0])`))
	assert.InDelta(t, usual, tab.Eval[int](b, `document.querySelectorAll("*").length`), 100)
}

func TestBrowser_packagePage(t *testing.T) {
	b := open(t)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		tab.CallBrowser(b, protocol.SetPermission, protocol.SetPermissionParams{
			Permission: &protocol.PermissionDescriptor{Name: name}, Setting: protocol.PermissionSettingGranted,
		})
	}
	b.Visit("/goroutines/leak/")
	b.Shot("package-light")
	b.Do(chromedp.Click(chromedp.CSS(`button[data-copy="FirstOnly"]`)))
	b.Until(`document.querySelector('button[data-copy="FirstOnly"]').textContent === "Copied"`)
	copied := tab.Eval[string](b, `navigator.clipboard.readText()`, chromedp.EvalAwaitPromise)
	assert.Equal(t, "https://example.org/goguide/goroutines/leak/#FirstOnly", copied, "the canonical link, wherever the page is read")

	b.Do(chromedp.Click(chromedp.CSS(`#FirstOnly ~ .verdicts details.caught summary`)))
	assert.True(t, tab.Eval[bool](b, `document.querySelector("#FirstOnly ~ .verdicts details.caught").open`))
	b.Do(chromedp.Click(chromedp.CSS("#page-theme")), chromedp.Click(chromedp.CSS("#page-theme")))
	assert.Equal(t, "dark", tab.Eval[string](b, "document.documentElement.dataset.theme"))
	dark := tab.Eval[string](b, "getComputedStyle(document.body).backgroundColor")
	b.Shot("package-dark")
	b.Visit("/")
	assert.Equal(t, dark, tab.Eval[string](b, "getComputedStyle(document.body).backgroundColor"), "the theme is kept")
	b.Do(chromedp.Click(chromedp.CSS("#page-theme")))
	b.Scheme("dark")
	assert.Equal(t, dark, tab.Eval[string](b, "getComputedStyle(document.body).backgroundColor"), "auto follows the system")
	assert.Empty(t, b.Said())
}

// The first key leads to the content, and every bug can be reached and opened
// without a mouse.
func TestBrowser_keyboard(t *testing.T) {
	b := open(t)
	b.Visit("/goroutines/leak/")
	b.Do(chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, "#page-main", tab.Eval[string](b, `document.activeElement.getAttribute("href")`))
	b.Do(chromedp.Focus(chromedp.CSS("#FirstOnly ~ .verdicts summary")), chromedp.KeyEvent(kb.Enter))
	b.Until(`document.querySelector("#FirstOnly ~ .verdicts details").open`)
	assert.Empty(t, b.Said())
}

func TestBrowser_worksWithoutJavaScript(t *testing.T) {
	b := open(t)
	tab.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.Visit("/goroutines/leak/")
	text := tab.Get(b, chromedp.Text(chromedp.CSS("main")))
	assert.Contains(t, text, "AbandonedSender's send blocks for ever")
	b.Do(chromedp.Click(chromedp.CSS(`#FirstOnly ~ .verdicts summary`)), chromedp.WaitVisible(chromedp.ID("FirstOnly-race")))

	b.Visit("/matrix/")
	b.Do(chromedp.Click(chromedp.CSS(`nav a[href="goroutines/"]`)), chromedp.WaitVisible(chromedp.CSS(`.cells td a[href$="leak/#FirstOnly-goleak"]`)))
}

// axe looks at a page of each kind in each theme and at phone width.
func TestBrowser_isAccessible(t *testing.T) {
	axe := readAxe(t)
	b := openFor(t, 10*time.Minute)
	for _, page := range []string{"/", "/goroutines/leak/", "/matrix/", "/matrix/goroutines/", "/goroutines/", "/goroutines/leak/buggy.go/", "/messages/", "/decision/", "/ecosystem/", "/benchmarks/", "/syncx/races/", "/404.html"} {
		b.Size(1280, 900)
		b.Visit(page)
		tab.Eval[chromedp.Void](b, axe+`;
			for (const d of document.querySelectorAll("details")) { d.removeAttribute("name"); d.open = true; }
			for (const tr of document.querySelectorAll(".cells tbody tr:nth-child(n+30)")) tr.remove(); // they are all alike`)
		for _, look := range []struct {
			theme string
			width int64
		}{{"light", 1280}, {"dark", 1280}, {"dark", 360}, {"light", 360}} {
			b.Size(look.width, 900)
			found := tab.Eval[[]string](b, fmt.Sprintf(`document.documentElement.dataset.theme = %q;
				axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.nodes.length + " such as " + v.nodes[0].html.slice(0, 200) + " " + v.nodes[0].failureSummary))`, look.theme),
				chromedp.EvalAwaitPromise)
			assert.Empty(t, found, "%s, %s, %d", page, look.theme, look.width)
		}
		b.Shot("phone" + strings.NewReplacer("/", "-", ".", "-").Replace(page))
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
func ready(b *tab.Tab, page string) float64 {
	least := math.Inf(1)
	for range 5 {
		b.Visit(page)
		b.Until(`!document.getElementById("m") || performance.getEntriesByName("drawn").length === 1`)
		least = min(least, tab.Eval[float64](b, `Math.max(performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
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
		least := ready(b, page)
		t.Logf("%s is ready in %.0f ms", page, least)
		assert.Less(t, least, 3000.0)
	}
}
