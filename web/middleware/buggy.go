package middleware

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	chimw "github.com/go-chi/chi/v5/middleware"
)

// SelectTimeout answers for a handler that takes too long. Compare [Timeout].
func SelectTimeout(d time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			next.ServeHTTP(w, r)
		}()
		select {
		case <-done:
		case <-time.After(d):
			// BUG(race): SelectTimeout writes an answer that the handler, which
			// nobody has stopped, is writing too.
			http.Error(w, "timeout", http.StatusServiceUnavailable)
		}
	})
}

// A lockedWriter is a ResponseWriter for two goroutines.
type lockedWriter struct {
	http.ResponseWriter

	mu    sync.Mutex
	begun bool
}

func (w *lockedWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// LockedTimeout is SelectTimeout, mended until the race detector was silent.
// Compare [Timeout].
func LockedTimeout(d time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		locked := &lockedWriter{ResponseWriter: w}
		done := make(chan struct{})
		go func() {
			defer close(done)
			// BUG(test): LockedTimeout returns while the handler still writes.
			// net/http has lent its buffer to the next request by then: another
			// client reads what this one was to read, or, if it is much, a nil
			// pointer ends the process (golang/go#19959).
			next.ServeHTTP(locked, r)
		}()
		select {
		case <-done:
		case <-time.After(d):
			locked.mu.Lock()
			defer locked.mu.Unlock()
			if !locked.begun {
				http.Error(w, "timeout", http.StatusServiceUnavailable)
			}
		}
	})
}

// RecoverOutside answers for a handler that panics or takes too long. Compare
// [Recover] and [Timeout].
func RecoverOutside(d time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		done := make(chan struct{})
		go func() {
			// BUG(panic): RecoverOutside recovers on the goroutine of the
			// server, and this is another: a panic of the handler ends the
			// process, with the requests of everybody.
			next.ServeHTTP(w, r.WithContext(ctx))
			close(done)
		}()
		select {
		case <-done:
		case <-ctx.Done():
		}
	})
}

// RecoverAll makes a 500 of each panic. Compare [Recover].
func RecoverAll(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				// BUG(test): RecoverAll keeps http.ErrAbortHandler from the
				// server, which would have cut the connection: the client takes
				// half an answer for a whole one.
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// GuideChain is the guide's own chain of chi's middleware. Compare [New].
func GuideChain(d time.Duration, route func(chi.Router)) http.Handler {
	r := chi.NewRouter()
	r.Use(chimw.Logger)
	// BUG(test): GuideChain's Recoverer also recovers where the answer has
	// begun, which then ends as any other: the client takes half for all.
	r.Use(chimw.Recoverer)
	// BUG(test): GuideChain's Timeout ends no handler that does not look at its
	// ctx: the client waits for it, and gets 200, or an empty 504, at the end.
	r.Use(chimw.Timeout(d))
	route(r)
	return r
}

// A statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter

	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// HiddenFlusher logs the status of each answer. Compare [Log].
func HiddenFlusher(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// BUG(test): HiddenFlusher's writer has neither Flush nor Unwrap: a
		// handler of events cannot send one before it has them all.
		sw := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(sw, r)
		log.InfoContext(r.Context(), "request", "status", sw.status)
	})
}

// ForgedLine writes a line for each request. Compare [Log].
func ForgedLine(log *log.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		// BUG(test): ForgedLine prints the path as it is, and %0A in one is a
		// new line: a client writes into the log what it likes.
		log.Printf("%s %s", r.Method, r.URL.Path)
	})
}
