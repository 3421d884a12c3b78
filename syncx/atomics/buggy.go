package atomics

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Requests counts requests. Compare [Inflight].
type Requests struct{ served int64 }

// Serve counts one.
func (r *Requests) Serve() { atomic.AddInt64(&r.served, 1) }

// Status is a line for the status page.
func (r *Requests) Status() string {
	// BUG(race): Requests.Status reads plainly what Serve adds to atomically:
	// an atomic on one side puts nothing in order.
	return fmt.Sprintf("served %d requests", r.served)
}

// Peak is the most that a gauge has shown. Compare [Update].
type Peak struct{ peak atomic.Int64 }

// Observe reads the gauge.
func (p *Peak) Observe(gauge func() int64) {
	// BUG(test): Peak.Observe loads first, then reads the gauge, then stores: a
	// higher peak that was stored in the meantime is overwritten.
	p.peak.Store(max(p.peak.Load(), gauge()))
}

// Upstream is a server that may move. Compare [Routes].
type Upstream struct{ url, token atomic.Pointer[string] }

// NewUpstream returns an upstream.
func NewUpstream(url, token string) *Upstream {
	var u Upstream
	u.url.Store(&url)
	u.token.Store(&token)
	return &u
}

// Endpoint returns where to send a request, and with which token.
func (u *Upstream) Endpoint() (url, token string) {
	return *u.url.Load(), *u.token.Load()
}

// Move moves to another server.
func (u *Upstream) Move(url string, login func(url string) (token string)) {
	u.url.Store(&url)
	token := login(url)
	// BUG(test): Upstream.Move stores two values in two steps: a request that
	// comes between sends the token of the old server to the new one.
	u.token.Store(&token)
}

// Hosts are those that are healthy. Compare [Routes.Update].
type Hosts struct{ hosts atomic.Pointer[[]string] }

// NewHosts returns the hosts.
func NewHosts(hosts ...string) *Hosts {
	var h Hosts
	h.hosts.Store(&hosts)
	return &h
}

// All returns the hosts. The caller must not change the slice.
func (h *Hosts) All() []string { return *h.hosts.Load() }

// Remove takes a host out.
func (h *Hosts) Remove(host string) {
	// BUG(race): Hosts.Remove moves elements within the array that readers have
	// from All: a new pointer is published, and its array is the old one.
	left := slices.DeleteFunc(h.All(), func(s string) bool { return s == host })
	h.hosts.Store(&left)
}

// Uploads are files on their way. Compare [Latch].
type Uploads struct {
	closed atomic.Bool
	files  chan string
}

// NewUploads returns a queue of files.
func NewUploads() *Uploads { return &Uploads{files: make(chan string)} }

// Close flushes what is buffered and ends the queue. It may be called twice.
func (u *Uploads) Close(flush func()) {
	if u.closed.Load() {
		return
	}
	flush()
	u.closed.Store(true)
	// BUG(panic): Uploads.Close looks at its flag and raises it in two steps:
	// two who look at the same time both close the channel.
	close(u.files)
}

// Health keeps the last error of a check. Compare [LastError].
type Health struct{ last atomic.Value } // of error

// Fail keeps an error.
func (h *Health) Fail(err error) {
	// BUG(panic): Health.Fail stores any error: an atomic.Value panics when the
	// second has another type than the first, and also for nil.
	h.last.Store(err)
}

// Last returns the error that was kept last.
func (h *Health) Last() error {
	err, _ := h.last.Load().(error)
	return err
}
