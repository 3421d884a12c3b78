package debounce

import (
	"sync"
	"sync/atomic"
	"time"
)

// Draft is saved when its author pauses. Compare [Debounce].
type Draft struct {
	Save  func() // writes the text to disk
	Pause time.Duration

	timer *time.Timer
	dirty bool
}

// Edit is called for every key.
func (d *Draft) Edit() {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.dirty = true
	d.timer = time.AfterFunc(d.Pause, func() {
		d.Save()
		// BUG(race): Draft.Edit stops a callback that may be running: it goes
		// on, beside the next Edit, and marks as saved what is not.
		d.dirty = false
	})
}

// Watcher reports a changed configuration when its file has settled. Compare
// [Debounce]. It has a lock, and its callback still outlives Close.
type Watcher struct {
	Load  func() string // reads the file
	Out   chan string
	Pause time.Duration

	mu    sync.Mutex
	timer *time.Timer
}

// Changed is called for every event of the file system.
func (w *Watcher) Changed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(w.Pause, func() { w.Out <- w.Load() })
}

// Close is called when nobody calls Changed any more.
func (w *Watcher) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	// BUG(panic, race): Watcher.Close closes Out although Stop does not wait
	// for a callback that has begun: its send panics.
	close(w.Out)
}

// LostPending searches when the typing pauses. Compare [Debounce].
func LostPending(
	queries <-chan string,
	quiet time.Duration,
	search func(string),
) {
	var pending string
	var pause <-chan time.Time
	for {
		select {
		case q, ok := <-queries:
			if !ok {
				// BUG(test): LostPending forgets the query that is pending
				// when the input ends: the last one, which is the one meant.
				return
			}
			pending, pause = q, time.After(quiet)
		case <-pause:
			search(pending)
			pause = nil
		}
	}
}

// Index is rebuilt when its documents have settled. Compare [Debounce].
type Index struct {
	Rebuild func()
	Quiet   time.Duration

	version atomic.Int64
}

// Touch is called for every document that changes. It rebuilds once, as it
// should.
func (x *Index) Touch() {
	version := x.version.Add(1)
	go func() {
		// BUG(goleak, synctest): Index.Touch starts a goroutine for each
		// event, which lasts for the whole pause; nobody can end it.
		time.Sleep(x.Quiet)
		if x.version.Load() == version {
			x.Rebuild()
		}
	}()
}
