package chi

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// answer makes a handler of one that returns its error, which is told to the
// client as far as it may know, and to the log.
func (s *server) answer(
	h func(w http.ResponseWriter, r *http.Request) error,
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := api.ProblemOf(err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "request failed",
			"id", middleware.ID(r.Context()), "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	body, _ := json.Marshal(p) //nolint:errchkjson // texts and numbers
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
