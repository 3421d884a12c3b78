package panics

import (
	"log/slog"
	"net/http"
)

// CallerRecovers shows an order. A panic becomes status 500, or so it hopes.
// Compare [Go].
func CallerRecovers(
	render http.HandlerFunc,
	audit func(order string),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		// BUG(panic): CallerRecovers recovers on its own goroutine. A panic of
		// audit is on another, and ends the server.
		go audit(r.URL.Query().Get("order"))
		render(w, r)
	}
}

// rescue turns a panic into an error, if it is itself the deferred function.
func rescue(err *error) {
	if v := recover(); v != nil {
		*err = &Error{Value: v}
	}
}

// NestedRecover runs a job and always cleans up. Compare [Safe].
func NestedRecover(job, cleanUp func()) (err error) {
	defer func() {
		// BUG(panic): NestedRecover's recover is one call too deep: it returns
		// nil, and the panic goes on.
		rescue(&err)
		cleanUp()
	}()
	job()
	return nil
}

// DeferRecover runs a job whatever becomes of it. Compare [Safe].
func DeferRecover(job func()) {
	// BUG(panic, errcheck): DeferRecover's recover is the deferred function
	// itself, not called by one: it returns nil, and the panic goes on.
	defer recover()
	job()
}

// GetSwallowing is [Cache.Get] by somebody who is afraid of panics.
func (c *Cache) GetSwallowing(
	key string,
	load func(string) string,
) (page string) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("loading a page", "key", key, "panic", v)
		}
	}()
	c.mu.Lock()
	page, ok := c.pages[key]
	if !ok {
		// BUG(leakprofile, deadlock, hang): Cache.GetSwallowing survives a
		// panic of load, and its mutex stays locked: the next call hangs.
		page = load(key)
		if c.pages == nil {
			c.pages = make(map[string]string)
		}
		c.pages[key] = page
	}
	c.mu.Unlock()
	return page
}
