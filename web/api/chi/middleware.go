package chi

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"example.com/goguide/web/api"
)

// answer makes a handler of one that returns its error, which is told to the
// client as far as it may know, and to the log.
func (s *server) answer(h func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := api.ProblemOf(err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "request failed", "id", w.Header().Get("X-Request-ID"), "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	body, _ := json.Marshal(p) //nolint:errchkjson // strings and numbers: it cannot fail
	w.Header().Set("Content-Type", api.ProblemType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

func notFound(http.ResponseWriter, *http.Request) error {
	return api.NewProblem(http.StatusNotFound, "no such path")
}

// notAllowed is called for a method that the path does not have, and for one
// that chi does not know, whatever the path.
func notAllowed(w http.ResponseWriter, r *http.Request) error {
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE"} {
		route := method
		if method == http.MethodHead {
			route = http.MethodGet // by GetHead
		}
		if routes.Match(chi.NewRouteContext(), route, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	if len(w.Header()["Allow"]) == 0 {
		return notFound(w, r)
	}
	return api.NewProblem(http.StatusMethodNotAllowed, "not with this method")
}

// limit bounds how often a client may ask. Not middleware.RealIP in front of
// it: that believes what a client says of itself.
func (s *server) limit(next http.Handler) http.Handler {
	return s.answer(func(w http.ResponseWriter, r *http.Request) error {
		client, _, _ := net.SplitHostPort(r.RemoteAddr)
		if wait := s.Limiter.Wait(client); wait > 0 {
			w.Header().Set("Retry-After", api.RetryAfter(wait))
			return api.NewProblem(http.StatusTooManyRequests, "slow down")
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// recover makes a 500 of a panic. Where the answer has begun it is too late for
// that: then the connection is cut, or the client would take half for all.
func (s *server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if ww, ok := w.(middleware.WrapResponseWriter); isAbort(v) || ok && ww.Status() != 0 {
				panic(http.ErrAbortHandler)
			}
			s.fail(w, r, fmt.Errorf("panic: %v", v))
		}()
		next.ServeHTTP(w, r)
	})
}

// observe names each request, and logs and counts it when it is answered. Not
// middleware.RequestID, which takes any text for an id and does not answer with
// it.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := api.RequestID(r.Header.Get("X-Request-ID"))
		w.Header().Set("X-Request-ID", id)
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			took := time.Since(start)
			status := cmp.Or(ww.Status(), http.StatusOK)
			s.Metrics.Observe(r.Method, chi.RouteContext(r.Context()).RoutePattern(), status, took)
			s.Log.InfoContext(r.Context(), "request", "id", id, "method", r.Method,
				"path", r.URL.Path, "status", status, "took", took)
		}()
		next.ServeHTTP(ww, r)
	})
}

// isAbort reports whether a handler panicked to cut the connection.
func isAbort(v any) bool {
	err, ok := v.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}
