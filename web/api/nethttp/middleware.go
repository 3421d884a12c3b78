package nethttp

import (
	"net/http"
	"path"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// around has what each request needs, in the order of package middleware.
func (s *server) around(h http.Handler) http.Handler {
	return middleware.Chain(
		middleware.RequestID,
		middleware.MaxBody(api.MaxBody),
		middleware.Log(s.Log),
		middleware.Measure(s.Metrics.Observe),
		middleware.Recover(s.Log),
	)(h)
}

// limited bounds how often a client may ask.
func (s *server) limited(h handler) http.Handler {
	return middleware.RateLimit(s.Limiter)(s.answered(h))
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
			would := middleware.Record(nowhere{w.Header()})
			h.ServeHTTP(would, r)
			s.fail(w, r, api.NewProblem(would.Status(), "no such path, or not with this method"))
		}
	})
}

// nowhere takes a header, as ServeMux's Allow, and drops what is written.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
