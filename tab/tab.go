// Package tab opens a page in a tab of a real Chromium, for a test.
//
// It keeps what the page complains of: exceptions that nobody caught, errors
// and warnings on the console, requests that fail, and requests to another site
// than the page's own. A test asks for them by [Tab.Said].
//
// A test process has one Chromium, a tab each test. Its tests run one after the
// other, for only one window has the focus, and its TestMain is [Main].
package tab

import (
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
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is for one thing that is to be seen, on a loaded machine.
const patience = time.Minute

// A Tab is a tab of the browser. Its methods end the test when they fail.
type Tab struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // to chromedp a context is the tab

	mu     sync.Mutex
	site   string
	errors []string
}

// Open opens a tab of 1280×900 pixels, for pages of site, an address such as
// http://127.0.0.1:8080/, and for as long as limit. Without a Chromium in PATH
// the test is skipped and says so; where CI is set it fails, for there a skip is
// a test that nobody has run.
func Open(t testing.TB, site string, limit time.Duration) *Tab {
	t.Helper()
	parent, err := start(find(t, os.Getenv("CI")))
	require.NoError(t, err, "starting the browser")
	ctx, stop := chromedp.NewContext(parent)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, limit)
	t.Cleanup(stop)
	b := &Tab{t: t, ctx: ctx}
	b.Moved(site)
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	Call(b, network.Enable, network.EnableParams{})
	Call(b, log.Enable, cdp.Empty{})
	b.Size(1280, 900)
	return b
}

// Need skips or fails a test as [Open] does without a Chromium: for a test that
// has a program to build and to start before it opens a tab.
func Need(t testing.TB) {
	t.Helper()
	find(t, os.Getenv("CI"))
}

// find returns the path of a browser.
func find(t testing.TB, ci string) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "no chromium in PATH: apt-get install chromium"
	if ci != "" {
		t.Fatal(why + " (CI is set: a skip would be a test that nobody has run)")
	}
	t.Skip(why)
	return ""
}

// shared is the browser of this process.
var shared struct {
	once sync.Once
	ctx  context.Context //nolint:containedctx // to chromedp a context is the browser
	err  error
	stop func()
}

// Main runs the tests of a package, ends their browser, and exits.
func Main(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

func start(path string) (context.Context, error) {
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

func (b *Tab) listen(ev any) {
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
		if u := ev.Request.URL; !strings.HasPrefix(u, b.site) && !strings.HasPrefix(u, "data:") {
			b.errors = append(b.errors, "asks elsewhere: "+u)
		}
	}
}

// Moved says that the tab's pages are of another site from now on.
func (b *Tab) Moved(site string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.site = strings.TrimSuffix(site, "/")
}

// Visit loads the page at a path of the site, such as /users.
func (b *Tab) Visit(path string) {
	b.t.Helper()
	b.mu.Lock()
	url := b.site + path
	b.mu.Unlock()
	b.Do(chromedp.Navigate(url))
}

// Said returns what the page has complained of since the last call.
func (b *Tab) Said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.errors
	b.errors = nil
	return all
}

// Do takes actions, such as chromedp.Click.
func (b *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

// Get takes an action that has a result, such as chromedp.Text.
func Get[T any](b *Tab, action chromedp.Action[T]) T {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, action)
	require.NoError(b.t, err)
	return got
}

// Eval returns the value of an expression in JavaScript.
func Eval[T any](b *Tab, js string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	return Get(b, chromedp.Evaluate[T](js, opts...))
}

// Call sends a command of the DevTools protocol.
func Call[P, R any](b *Tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
}

// CallBrowser sends a command that is for the browser as a whole.
func CallBrowser[P, R any](b *Tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	_, err := chromedp.CallBrowser(b.ctx, command, params)
	require.NoError(b.t, err)
}

// Until waits for a condition in JavaScript, also across navigations. When it
// does not come to hold, the test fails with what the page shows.
func (b *Tab) Until(js string) {
	b.t.Helper()
	b.until(js, patience)
}

func (b *Tab) until(js string, patience time.Duration) {
	b.t.Helper()
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if holds {
			return
		}
		require.NoError(b.t, b.ctx.Err(), js)
		if time.Since(start) > patience {
			b.Shot("failed")
			require.Fail(b.t, "it never holds that "+js, "%v\n%s", err, Eval[string](b, "document.body.innerText"))
		}
	}
}

// Shot keeps a screenshot as NAME.png among the test's artifacts.
func (b *Tab) Shot(name string) {
	b.t.Helper()
	png := Get(b, chromedp.CaptureScreenshot())
	require.NoError(b.t, os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), png, 0o600))
}

// Size sets the size of the window in pixels: a phone's is 360×740.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height))
}

// Scheme sets what the system prefers: light or dark.
func (b *Tab) Scheme(name string) {
	b.t.Helper()
	Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}
