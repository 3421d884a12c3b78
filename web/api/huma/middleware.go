package huma

import (
	"encoding/json"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// Middleware of huma sees the operation, and what is parsed of a request. That
// of the router, further below, sees every request.

// limit bounds how often a client may ask.
func (s *server) limit(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humachi.Unwrap(ctx)
		if wait := s.Limiter.Wait(middleware.Client(r)); wait > 0 {
			ctx.SetHeader("Retry-After", api.RetryAfter(wait))
			_ = huma.WriteErr(a, ctx, http.StatusTooManyRequests, "slow down")
			return
		}
		next(ctx)
	}
}

// onlyJSON refuses what is not said to be JSON. huma takes a body without a type
// for JSON, and of a type in capitals it has not heard.
func onlyJSON(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if ctx.Operation().RequestBody != nil {
			kind, _, err := mime.ParseMediaType(ctx.Header("Content-Type"))
			if err != nil || kind != "application/json" ||
				ctx.Header("Content-Encoding") != "" {
				_ = huma.WriteErr(a, ctx, http.StatusUnsupportedMediaType, "send application/json, not compressed")
				return
			}
			r, _ := humachi.Unwrap(ctx)
			r.Header.Set("Content-Type", kind)
		}
		next(ctx)
	}
}

func (s *server) notFound(w http.ResponseWriter, _ *http.Request) {
	fail(w, http.StatusNotFound, "no such path")
}

func (s *server) notAllowed(w http.ResponseWriter, r *http.Request) {
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	if len(w.Header()["Allow"]) == 0 {
		s.notFound(w, r)
		return
	}
	fail(w, http.StatusMethodNotAllowed, "not with this method")
}

// fail answers where no operation does.
func fail(w http.ResponseWriter, status int, detail string) {
	body, _ := json.Marshal(api.NewProblem(status, detail)) //nolint:errchkjson // texts and numbers
	w.Header().Set("Content-Type", api.ProblemType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
