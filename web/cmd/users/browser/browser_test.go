//go:build !race

// The browser does the work here, and the race detector does not look into it:
// once, in plain mode, is enough.

package browser

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/tab"
)

func TestMain(m *testing.M) { tab.Main(m) }

// limit is for all that the test does, on a loaded machine.
const limit = 3 * time.Minute

// open starts the program, and opens its page.
func open(t *testing.T) *tab.Tab {
	tab.Need(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "users")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "..").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(program, "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-data", filepath.Join(dir, "users.db")) //nolint:noctx // it is killed
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan())
	b := tab.Open(t, strings.Fields(lines.Text())[1], limit)
	b.Visit("/")
	return b
}

// tabTo presses Tab until the focus is on what a selector names.
func tabTo(t *testing.T, b *tab.Tab, selector string) {
	t.Helper()
	for range 40 { // there are fewer stops
		b.Do(chromedp.KeyEvent(kb.Tab))
		if tab.Eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	t.Fatalf("no way to %s by Tab", selector)
}

// fill types over what is in the field with the focus.
func fill(b *tab.Tab, text string) {
	tab.Eval[chromedp.Void](b, "document.activeElement.select()")
	b.Do(chromedp.KeyEvent(text))
}

// says sends the form with the focus, by Enter, and returns what it shows.
func says(t *testing.T, b *tab.Tab, want string) string {
	t.Helper()
	tab.Eval[chromedp.Void](b, `document.activeElement.form.querySelector("output").replaceChildren()`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	out := `document.activeElement.form.querySelector("output").textContent`
	b.Until(out + ` !== ""`)
	text := tab.Eval[string](b, out)
	assert.Contains(t, text, want)
	return text
}

// Each endpoint is tried by keys alone, in light, in dark, and on a phone.
func TestBrowser_page(t *testing.T) {
	b := open(t)
	tabTo(t, b, "form[data-method=POST] input[name=name]")
	const name = `<img src=x onerror="document.title = 'hacked'">`
	fill(b, name)
	made := says(t, b, "POST /users: 201 Created")
	assert.Contains(t, made, `ETag: "1"`)
	assert.Contains(t, made, "X-Request-ID: ")
	says(t, b, "POST /users: 409 Conflict")
	tabTo(t, b, "form[data-path='/users/{id}'][data-method=GET] input[name=id]")
	assert.Contains(t, says(t, b, "200 OK"), "onerror")
	tabTo(t, b, "form[data-method=GET] input[name=If-None-Match]")
	fill(b, `"1"`)
	says(t, b, "304 Not Modified")
	tabTo(t, b, "form[data-method=PATCH] input[name=name]")
	fill(b, "Anne")
	says(t, b, "200 OK")
	tabTo(t, b, "form[data-method=PATCH] input[name=If-Match]")
	fill(b, `"1"`)
	says(t, b, "412 Precondition Failed")
	tabTo(t, b, "form[data-path='/users'][data-method=GET] input[name=limit]")
	fill(b, "101")
	says(t, b, "GET /users?limit=101: 422 Unprocessable Entity")
	fill(b, "5")
	assert.Contains(t, says(t, b, "GET /users?limit=5: 200 OK"), "Anne")
	b.Shot("filled")
	tabTo(t, b, "form[data-method=DELETE] input[name=id]")
	says(t, b, "204 No Content")

	assert.Zero(t, tab.Eval[int](b, "document.images.length"), "an answer is text")
	assert.Equal(t, "users", tab.Eval[string](b, "document.title"))
	assert.Empty(t, slices.DeleteFunc(b.Said(), func(s string) bool {
		return strings.Contains(s, "status of 4") // an answer that the test asks for
	}))
	tab.Eval[chromedp.Void](b, `{ const s = document.createElement("script"); s.textContent = "document.title = 'inline'"; document.body.append(s); }`)
	assert.Equal(t, "users", tab.Eval[string](b, "document.title"), "the policy lets no inline script run")

	background := make(map[string]bool)
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme(scheme)
		b.Shot(scheme)
		background[tab.Eval[string](b, `getComputedStyle(document.querySelector("pre")).backgroundColor`)] = true
	}
	assert.Len(t, background, 2)
	b.Size(360, 740)
	assert.LessOrEqual(t, tab.Eval[int](b, "document.documentElement.scrollWidth"), 360, "it does not scroll sideways on a phone")
	b.Shot("phone")
}
