//go:build unix && !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// well holds once all services are up and no breaker is open.
const well = `(() => {
	const rows = [...document.querySelectorAll("#services tr")];
	return rows.length === 3 && rows.every((r) => r.cells[1].textContent === "up") &&
		[...document.querySelectorAll("#services td:last-child span")].map((s) => s.textContent.trim()).sort().join() ===
			"orders: closed,users: closed,users: closed";
})()`

// What the shop goes through is to be seen on its page.
func TestBrowser_page(t *testing.T) {
	b := open(t)
	b.until("three services that are well", well)
	b.until("a trace across all three", `new Set([...document.querySelectorAll("#trace li > span:first-child")].map((s) => s.textContent)).size === 3`)
	b.until("orders", `Number(document.querySelector("#numbers div:nth-child(6) dd").textContent) > 20`)
	assert.Equal(t, 10, eval[int](b, `document.querySelectorAll("#accidents button").length`))
	b.shot("well")

	pid := `[...document.querySelectorAll("#services tr")].find((r) => r.cells[0].textContent === "orders").cells[2].textContent`
	before := eval[string](b, pid)
	b.shows("kill-orders", "orders is down")
	b.until("that all is well again", well)
	assert.NotEqual(t, before, eval[string](b, pid), "it is another process")
	b.shows("slow", "gateway to orders: open")
	b.shot("broken")
	b.until("that the breaker closes", well)
	b.run(chromedp.Click("#check"))
	b.until("what was read back", `document.getElementById("checked").textContent.endsWith("none lost, none doubled")`)
	b.shot("checked")
	b.clean()

	background := make(map[string]bool)
	for _, scheme := range []string{"light", "dark"} {
		b.looks(scheme)
		b.shot(scheme)
		background[eval[string](b, `getComputedStyle(document.querySelector(".lane")).backgroundColor`)] = true
	}
	assert.Len(t, background, 2)
	for _, width := range []int64{360, 768} {
		b.run(chromedp.EmulateViewport(width, 740))
		require.Equal(t, width, eval[int64](b, "window.innerWidth"))
		assert.LessOrEqual(t, eval[int64](b, "document.documentElement.scrollWidth"), width, "it does not scroll sideways")
	}
	b.run(chromedp.EmulateViewport(360, 740))
	b.shot("phone")
	b.clean()

	assert.True(t, eval[bool](b, `document.getElementById("stale").hidden`))
	b.end()
	b.until("that there is no news", `!document.getElementById("stale").hidden`)
}
