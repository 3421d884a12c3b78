package main

import (
	"net/http"
	"net/http/pprof"

	"github.com/go-chi/chi/v5"
	chimw "github.com/go-chi/chi/v5/middleware"
	"go.opentelemetry.io/otel/trace"

	"example.com/goguide/web/api"
	apichi "example.com/goguide/web/api/chi"
	"example.com/goguide/web/middleware"
)

// routes returns what the two ports serve. Once draining is closed the service
// is no longer ready.
func (c *config) routes(a api.Config, provider trace.TracerProvider, draining <-chan struct{}) (public, admin http.Handler, err error) {
	around, err := middleware.New(middleware.Config{
		Log: a.Log, Limiter: a.Limiter, Observe: a.Metrics.Observe,
		Deadline: c.timeout, MaxBody: api.MaxBody,
		Proxies: c.proxies, Origins: c.origins,
	})
	if err != nil {
		return nil, nil, err
	}
	users := chi.NewRouter()
	users.Use(spans(provider), around, named, chimw.GetHead)
	probes := chi.NewRouter()
	probes.Use(middleware.RequestID, middleware.Recover(a.Log), red(draining), chimw.GetHead)
	probes.Group(func(r chi.Router) {
		r.Use(middleware.Deadline(c.timeout)) // a profile takes longer
		apichi.Mount(users, r, a)
	})
	page(users)
	profiles(probes)
	// Outermost once more: it ends the connection of a client that sends too
	// much, for which it needs the server's own writer, not otelhttp's.
	return middleware.MaxBody(api.MaxBody)(users), probes, nil
}

// red makes /readyz red for a server that drains. It is no error, so that the
// log has none.
func red(draining <-chan struct{}) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-draining:
				if r.URL.Path == "/readyz" {
					http.Error(w, "draining", http.StatusServiceUnavailable)
					return
				}
			default:
			}
			next.ServeHTTP(w, r)
		})
	}
}

// profiles adds those of net/http/pprof, less cmdline.
func profiles(r chi.Router) {
	r.Get("/debug/pprof/*", pprof.Index)
	r.Get("/debug/pprof/profile", pprof.Profile)
	r.Get("/debug/pprof/trace", pprof.Trace)
	r.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
}
