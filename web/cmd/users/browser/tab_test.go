//go:build !race

package browser

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limit is for all that the test does, on a loaded machine.
const limit = 3 * time.Minute

// begin starts the program, and returns the address of its page.
func begin(t *testing.T) string {
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
	return strings.Fields(lines.Text())[1]
}

// A tab is a browser's tab on the page.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // to chromedp a context is the tab

	mu     sync.Mutex
	errors []string // what the console said, and requests that left the page's site
}

func open(t *testing.T) *tab {
	path := chromium(t)
	base := begin(t)
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 1400))
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx}
	require.NoError(t, chromedp.Do(ctx))
	require.NoError(t, chromedp.Listen(ctx, func(ev any) { b.listen(base, ev) }))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	b.run(chromedp.Navigate(base))
	return b
}

// chromium finds a browser. Without one the test is skipped, but in CI it fails.
func chromium(t *testing.T) string {
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

func (b *tab) listen(base string, ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.errors = append(b.errors, ev.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if !strings.Contains(ev.Entry.Text, "status of 4") { // an answer that the test asks for
			b.errors = append(b.errors, ev.Entry.Text+" "+ev.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := ev.Request.URL; !strings.HasPrefix(u, base) && !strings.HasPrefix(u, "data:") {
			b.errors = append(b.errors, "asks elsewhere: "+u)
		}
	}
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

func eval[T any](b *tab, js string) T {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js))
	require.NoError(b.t, err)
	return got
}

// tabTo presses Tab until the focus is on what a selector names.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 40 { // there are fewer stops
		b.run(chromedp.KeyEvent(kb.Tab))
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	b.t.Fatalf("no way to %s by Tab", selector)
}

// fill types over what is in the field with the focus.
func (b *tab) fill(text string) {
	b.t.Helper()
	eval[chromedp.Void](b, "document.activeElement.select()")
	b.run(chromedp.KeyEvent(text))
}

// says sends the form with the focus, by Enter, and returns what it shows.
func (b *tab) says(want string) string {
	b.t.Helper()
	eval[chromedp.Void](b, `document.activeElement.form.querySelector("output").replaceChildren()`)
	b.run(chromedp.KeyEvent(kb.Enter))
	out := `document.activeElement.form.querySelector("output").textContent`
	_, err := chromedp.Run(b.ctx, chromedp.Poll[chromedp.Void](out+` !== ""`, chromedp.WithPollingTimeout(time.Minute)))
	require.NoError(b.t, err)
	text := eval[string](b, out)
	assert.Contains(b.t, text, want)
	return text
}

func (b *tab) shot(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), png, 0o600))
}
