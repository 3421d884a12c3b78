package huma

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"example.com/goguide/web/api"
)

// Middleware of huma sees the operation, and what is parsed of a request. That
// of the router, further below, sees every request.

// limit bounds how often a client may ask.
func (s *server) limit(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		client, _, _ := net.SplitHostPort(ctx.RemoteAddr())
		if wait := s.Limiter.Wait(client); wait > 0 {
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
			if err != nil || kind != "application/json" || ctx.Header("Content-Encoding") != "" {
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
	body, _ := json.Marshal(api.NewProblem(status, detail)) //nolint:errchkjson // strings and numbers: it cannot fail
	w.Header().Set("Content-Type", api.ProblemType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// recover makes a 500 of a panic, unless the answer has begun.
func (s *server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // it passes the request's
			v := recover()
			if v == nil {
				return
			}
			if ww, ok := w.(middleware.WrapResponseWriter); isAbort(v) || ok && ww.Status() != 0 {
				panic(http.ErrAbortHandler)
			}
			s.Log.ErrorContext(r.Context(), "request failed",
				"id", w.Header().Get("X-Request-ID"), "error", fmt.Sprint("panic: ", v))
			fail(w, http.StatusInternalServerError, "")
		}()
		next.ServeHTTP(w, r)
	})
}

// idKey is the key of a request's id in its context.
type idKey struct{}

// observe names each request, and logs and counts it when it is answered.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := api.RequestID(r.Header.Get("X-Request-ID"))
		w.Header().Set("X-Request-ID", id)
		r = r.WithContext(context.WithValue(r.Context(), idKey{}, id))
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() { //nolint:contextcheck // it passes the request's
			took := time.Since(start)
			status := cmp.Or(ww.Status(), http.StatusOK)
			s.Metrics.Observe(r.Method, chi.RouteContext(r.Context()).RoutePattern(), status, took)
			s.Log.InfoContext(r.Context(), "request",
				"id", id, "method", r.Method,
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
