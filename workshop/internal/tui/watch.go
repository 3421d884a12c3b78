package tui

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/fsnotify/fsnotify"

	"example.com/goguide/workshop/internal/course"
)

// A watcher reports saves. It watches the folder, for many editors save by a
// rename, and compares contents, for others write a file twice. Where the
// system reports nothing, as on some network disks, it looks every so often.
type watcher struct {
	notify *fsnotify.Watcher // nil: only looks
	dir    string

	mu    sync.Mutex
	known uint64
	stop  context.CancelFunc // of the wait before
}

const (
	settle = 40 * time.Millisecond // between an event and the look
	look   = time.Second
)

func newWatcher() *watcher {
	w := &watcher{}
	if n, err := fsnotify.NewWatcher(); err == nil {
		w.notify = n
	}
	return w
}

func (w *watcher) close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
}

// seen takes what is there now for known.
func (w *watcher) seen(x *course.Exercise) {
	now := content(x.Dir)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = now
}

// changed reports, once, that the folder has other contents.
func (w *watcher) changed(x *course.Exercise) bool {
	now := content(x.Dir)
	w.mu.Lock()
	defer w.mu.Unlock()
	if now == w.known {
		return false
	}
	w.known = now
	return true
}

// next returns a command that ends with the next save in an exercise. It ends
// the wait that was before it.
func (w *watcher) next(ctx context.Context, x *course.Exercise) tea.Cmd {
	ctx, cancel := context.WithCancel(ctx)
	if w.stop != nil {
		w.stop()
	}
	w.stop = cancel
	if w.dir != x.Dir {
		w.seen(x)
		if w.notify != nil {
			if w.dir != "" {
				_ = w.notify.Remove(w.dir)
			}
			_ = w.notify.Add(x.Dir) // the folder may be gone: then looking is left
		}
		w.dir = x.Dir
	}
	return func() tea.Msg { return w.wait(ctx, x) }
}

func (w *watcher) wait(ctx context.Context, x *course.Exercise) tea.Msg {
	var events chan fsnotify.Event
	var errs chan error
	if w.notify != nil {
		events, errs = w.notify.Events, w.notify.Errors
	}
	next := time.NewTimer(look)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-events:
			if !ok {
				return nil
			}
			next.Reset(settle)
		case <-errs: //nolint:errcheck // whichever it is, events may be lost: look at once
			next.Reset(settle)
		case <-next.C:
			if w.changed(x) {
				return saved{x}
			}
			next.Reset(look)
		}
	}
}

// content is a hash of the Go files in a folder.
func content(dir string) uint64 {
	h := fnv.New64a()
	entries, _ := os.ReadDir(dir) // a missing folder is a content as well
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		fmt.Fprintf(h, "%s %d\n%s", e.Name(), len(text), text)
	}
	return h.Sum64()
}
