package nethttp

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"example.com/goguide/web/api"
)

// limited bounds how often a client may ask. The client is whoever holds the
// connection: X-Forwarded-For is what anybody says of themselves.
func (s *server) limited(h handler) http.Handler {
	return s.answered(func(w http.ResponseWriter, r *http.Request) error {
		client, _, _ := net.SplitHostPort(r.RemoteAddr)
		if wait := s.Limiter.Wait(client); wait > 0 {
			w.Header().Set("Retry-After", api.RetryAfter(wait))
			return api.NewProblem(http.StatusTooManyRequests, "slow down")
		}
		return h(w, r)
	})
}

// routed answers in mux's place where no pattern matches.
func (s *server) routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		switch {
		case path.Clean(r.URL.Path) != r.URL.Path:
			s.fail(w, r, api.NewProblem(http.StatusNotFound, "no such path"))
		case pattern != "":
			mux.ServeHTTP(w, r)
		default: // its own 404 or 405
			would := &recorder{ResponseWriter: nowhere{w.Header()}}
			h.ServeHTTP(would, r)
			s.fail(w, r, api.NewProblem(would.status, "no such path, or not with this method"))
		}
	})
}

// nowhere takes a header, as ServeMux's Allow, and drops what is written.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }

// recovered makes a 500 of a panic. Where the answer has begun it is too late
// for that: then the connection is cut, or the client would take half for all.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if rec, ok := w.(*recorder); isAbort(v) || ok && rec.status != 0 {
				panic(http.ErrAbortHandler)
			}
			s.fail(w, r, fmt.Errorf("panic: %v", v))
		}()
		next.ServeHTTP(w, r)
	})
}

// observed names each request, and logs and counts it when it is answered.
func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := api.RequestID(r.Header.Get("X-Request-ID"))
		w.Header().Set("X-Request-ID", id)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			took := time.Since(start)
			status := cmp.Or(rec.status, http.StatusOK)
			_, route, _ := strings.Cut(r.Pattern, " ") // without the method
			s.Metrics.Observe(r.Method, route, status, took)
			s.Log.InfoContext(r.Context(), "request", "id", id, "method", r.Method,
				"path", r.URL.Path, "status", status, "took", took)
		}()
		next.ServeHTTP(rec, r)
	})
}

// A recorder remembers the status. Unwrap lets http.ResponseController through.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// isAbort reports whether a handler panicked to cut the connection.
func isAbort(v any) bool {
	err, ok := v.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}
