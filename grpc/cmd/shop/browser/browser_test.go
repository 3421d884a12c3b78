//go:build unix && !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package browser

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/tab"
)

// limit is for all that the test does, on a loaded machine.
const limit = 5 * time.Minute

func TestMain(m *testing.M) { tab.Main(m) }

// open starts the program and opens its page; end ends the program.
func open(t *testing.T) (b *tab.Tab, end func()) {
	tab.Need(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "shop")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", program, "..").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(program) //nolint:noctx // it is told to end
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	end = sync.OnceFunc(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait(), stderr.String())
	})
	t.Cleanup(end)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if at, ok := strings.CutPrefix(lines.Text(), "status  "); ok {
			b = tab.Open(t, at, limit)
			b.Visit("/")
			tab.Eval[chromedp.Void](b, watch)
			return b, end
		}
	}
	t.Fatal("it prints no address of a page: ", stderr.String())
	return nil, end
}

// watch remembers which states of services and breakers the page has ever
// shown: one that lasts a second may be over when a busy machine looks for it.
const watch = `{
	window.shown = new Set();
	new MutationObserver(() => {
		for (const row of document.querySelectorAll("#services tr")) {
			const name = row.cells[0].textContent;
			shown.add(name + " is " + row.cells[1].textContent);
			for (const b of row.cells[9].children) shown.add(name + " to " + b.textContent.trim());
		}
	}).observe(document.getElementById("services"), { childList: true });
}`

// press clicks on the button of an accident, and waits until the page shows its
// end.
func press(b *tab.Tab, name string) {
	selector := fmt.Sprintf("#accidents [data-name=%q]", name)
	title := tab.Eval[string](b, fmt.Sprintf("document.querySelector(%q).textContent", selector))
	tab.Eval[chromedp.Void](b, fmt.Sprintf("window.before = [...document.querySelectorAll('#events li')].filter((e) => e.textContent.endsWith(%q)).length", title+": over"))
	b.Do(chromedp.Click(selector))
	b.Until(fmt.Sprintf("[...document.querySelectorAll('#events li')].filter((e) => e.textContent.endsWith(%q)).length > before", title+": over"))
}

// shows presses until the page has shown a state that it does not show now.
func shows(t *testing.T, b *tab.Tab, name, state string) {
	t.Helper()
	js := fmt.Sprintf("shown.has(%q)", state)
	tab.Eval[chromedp.Void](b, fmt.Sprintf("shown.delete(%q)", state))
	for range 3 {
		if press(b, name); tab.Eval[bool](b, js) {
			return
		}
	}
	require.Fail(t, "the page never shows that "+state, tab.Eval[string](b, "[...shown].join()"))
}

// well holds once all services are up and no breaker is open.
const well = `(() => {
	const rows = [...document.querySelectorAll("#services tr")];
	return rows.length === 3 && rows.every((r) => r.cells[1].textContent === "up") &&
		[...document.querySelectorAll("#services td:last-child span")].map((s) => s.textContent.trim()).sort().join() ===
			"orders: closed,users: closed,users: closed";
})()`

// What the shop goes through is to be seen on its page.
func TestBrowser_page(t *testing.T) {
	b, end := open(t)
	b.Until(well)
	b.Until(`new Set([...document.querySelectorAll("#trace li > span:first-child")].map((s) => s.textContent)).size === 3`)
	b.Until(`Number(document.querySelector("#numbers div:nth-child(6) dd").textContent) > 20`)
	assert.Equal(t, 10, tab.Eval[int](b, `document.querySelectorAll("#accidents button").length`))
	b.Shot("well")

	pid := `[...document.querySelectorAll("#services tr")].find((r) => r.cells[0].textContent === "orders").cells[2].textContent`
	before := tab.Eval[string](b, pid)
	shows(t, b, "kill-orders", "orders is down")
	b.Until(well)
	assert.NotEqual(t, before, tab.Eval[string](b, pid), "it is another process")
	shows(t, b, "slow", "gateway to orders: open")
	b.Shot("broken")
	b.Until(well)
	b.Do(chromedp.Click("#check"))
	b.Until(`document.getElementById("checked").textContent.endsWith("none lost, none doubled")`)
	b.Shot("checked")
	assert.Empty(t, b.Said())

	background := make(map[string]bool)
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme(scheme)
		b.Shot(scheme)
		background[tab.Eval[string](b, `getComputedStyle(document.querySelector(".lane")).backgroundColor`)] = true
	}
	assert.Len(t, background, 2)
	for _, width := range []int64{360, 768} {
		b.Size(width, 740)
		require.Equal(t, width, tab.Eval[int64](b, "window.innerWidth"))
		assert.LessOrEqual(t, tab.Eval[int64](b, "document.documentElement.scrollWidth"), width, "it does not scroll sideways")
	}
	b.Size(360, 740)
	b.Shot("phone")
	assert.Empty(t, b.Said())

	assert.True(t, tab.Eval[bool](b, `document.getElementById("stale").hidden`))
	end()
	b.Until(`!document.getElementById("stale").hidden`)
}
