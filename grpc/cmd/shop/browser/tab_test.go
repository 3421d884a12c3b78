//go:build unix && !race

package browser

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limit is for all that the test does, on a loaded machine, and patience for
// one thing that is to be seen.
const (
	limit    = 5 * time.Minute
	patience = time.Minute
)

// begin starts the program, and returns the address of its page, and what ends
// the program.
func begin(t *testing.T) (url string, end func()) {
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
			return at, end
		}
	}
	t.Fatal("it prints no address of a page: ", stderr.String())
	return "", end
}

// A tab is a browser's tab on the page.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // to chromedp a context is the tab
	end func()          // of the program

	mu     sync.Mutex
	errors []string // what the console said, and requests that left the page's site
}

func open(t *testing.T) *tab {
	path := chromium(t)
	base, end := begin(t)
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 1200))
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, end: end}
	require.NoError(t, chromedp.Do(ctx))
	require.NoError(t, chromedp.Listen(ctx, func(ev any) { b.listen(base, ev) }))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	require.NoError(t, err)
	b.run(chromedp.Navigate(base))
	eval[chromedp.Void](b, watch)
	return b
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
		b.errors = append(b.errors, ev.Entry.Text+" "+ev.Entry.URL)
	case *network.EventRequestWillBeSent:
		if u := ev.Request.URL; !strings.HasPrefix(u, base) && !strings.HasPrefix(u, "data:") {
			b.errors = append(b.errors, "asks elsewhere: "+u)
		}
	}
}

// clean asserts that the page has not complained.
func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	assert.Empty(b.t, b.errors)
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

// until waits until a condition holds on the page.
func (b *tab) until(what, js string) {
	b.t.Helper()
	for start := time.Now(); !eval[bool](b, js); time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > patience {
			b.shot("failed")
			require.Fail(b.t, "the page never shows "+what, eval[string](b, "document.body.innerText"))
		}
	}
}

// press clicks on the button of an accident, and waits until the page shows its
// end.
func (b *tab) press(name string) {
	b.t.Helper()
	selector := fmt.Sprintf("#accidents [data-name=%q]", name)
	title := eval[string](b, fmt.Sprintf("document.querySelector(%q).textContent", selector))
	eval[chromedp.Void](b, fmt.Sprintf("window.before = [...document.querySelectorAll('#events li')].filter((e) => e.textContent.endsWith(%q)).length", title+": over"))
	b.run(chromedp.Click(selector))
	b.until("the end of "+title, fmt.Sprintf("[...document.querySelectorAll('#events li')].filter((e) => e.textContent.endsWith(%q)).length > before", title+": over"))
}

// shows presses until the page has shown a state that it does not show now.
func (b *tab) shows(name, state string) {
	b.t.Helper()
	js := fmt.Sprintf("shown.has(%q)", state)
	eval[chromedp.Void](b, fmt.Sprintf("shown.delete(%q)", state))
	for range 3 {
		if b.press(name); eval[bool](b, js) {
			return
		}
	}
	require.Fail(b.t, "the page never shows that "+state, eval[string](b, "[...shown].join()"))
}

// looks sets what a device is like.
func (b *tab) looks(scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(b.t, err)
}

func (b *tab) shot(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), png, 0o600))
}
