// Package chi is the users API with chi, a router for handlers of the standard
// library: whatever is written for net/http fits, and chi adds groups of routes
// with middleware of their own, and a choice of middleware. Requests are read
// and answered as with the standard library alone. It belongs to part 8.1 of the
// guide.
//
// Four things to know. A GET route does not serve HEAD unless GetHead stands in
// front of it. Who sets a handler for 405 must write Allow too. Route("/users")
// serves /users/ as well. And a path with a %2F in it is matched as it was sent,
// so that its parameters are still escaped.
package chi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/go-chi/chi/v5"
	chimw "github.com/go-chi/chi/v5/middleware"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// New returns the API.
func New(c api.Config) http.Handler {
	r := chi.NewRouter()
	// Not chi's RequestID, which takes any text for an id and does not answer
	// with it, nor its Recoverer: see middleware.GuideChain.
	r.Use(
		middleware.RequestID,
		middleware.MaxBody(api.MaxBody),
		middleware.Log(c.Log),
		middleware.Measure(c.Metrics.Observe),
		middleware.Recover(c.Log),
		chimw.GetHead,
	)
	// Not Route("/users", …), which would serve /users/ as well.
	r.Group(func(limited chi.Router) {
		limited.Use(middleware.RateLimit(c.Limiter))
		Mount(limited, r, c)
	})
	return r
}

// Mount adds the routes alone, for who chooses the middleware: those of users
// to one router and the probes and the metrics to another, which may be served
// on a port of its own, or be the parent of the first. Both get answers for
// what is not there; a parent has its own, with its own middleware. Of c it
// uses neither the Limiter nor Observe.
func Mount(users, probes chi.Router, c api.Config) {
	s := &server{c}
	for _, r := range []chi.Router{users, probes} { // the parent has the last word
		r.NotFound(s.answer(notFound))
		r.MethodNotAllowed(s.answer(notAllowed))
	}
	probes.Get("/healthz", func(http.ResponseWriter, *http.Request) {})
	probes.Get("/readyz", s.answer(func(_ http.ResponseWriter, r *http.Request) error {
		return s.Users.Ping(r.Context())
	}))
	probes.Method(http.MethodGet, "/metrics", c.Metrics)
	users.Get("/users", s.answer(s.list))
	users.Post("/users", s.answer(s.create))
	users.Get("/users/{id}", s.answer(s.get))
	users.Patch("/users/{id}", s.answer(s.update))
	users.Delete("/users/{id}", s.answer(s.remove))
}

type server struct{ api.Config }

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.CheckQuery(r.URL.RawQuery); err != nil {
		return err
	}
	query := r.URL.Query()
	limit, err := api.ParseLimit(query.Get("limit"))
	if err != nil {
		return err
	}
	page, err := s.Users.List(r.Context(), query.Get("cursor"), limit)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, page)
}

func (s *server) create(w http.ResponseWriter, r *http.Request) error {
	key := r.Header.Get("Idempotency-Key")
	if err := api.CheckKey(key); err != nil {
		return err
	}
	var draft api.Draft
	if err := bind(r, &draft); err != nil {
		return err
	}
	u, err := s.Users.Create(r.Context(), key, draft)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/users/"+u.ID)
	w.Header().Set("ETag", api.ETag(u.Version))
	return reply(w, http.StatusCreated, u)
}

func (s *server) get(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Users.Get(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	w.Header().Set("ETag", api.ETag(u.Version))
	if api.ParseMatch(r.Header.Get("If-None-Match")).Fresh(u.Version) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return reply(w, http.StatusOK, u)
}

func (s *server) update(w http.ResponseWriter, r *http.Request) error {
	var patch api.Patch
	if err := bind(r, &patch); err != nil {
		return err
	}
	match := api.ParseMatch(r.Header.Get("If-Match"))
	u, err := s.Users.Update(r.Context(), chi.URLParam(r, "id"), match, patch)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", api.ETag(u.Version))
	return reply(w, http.StatusOK, u)
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) error {
	match := api.ParseMatch(r.Header.Get("If-Match"))
	if err := s.Users.Delete(r.Context(), chi.URLParam(r, "id"), match); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// bind reads the JSON of a request into v, and checks it.
func bind(r *http.Request, v interface{ Validate() error }) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" ||
		r.Header.Get("Content-Encoding") != "" {
		return api.NewProblem(http.StatusUnsupportedMediaType,
			"send application/json, not compressed")
	}
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return api.NewProblem(http.StatusRequestEntityTooLarge,
			"the body is too large")
	} else if err != nil {
		return api.NewProblem(http.StatusBadRequest, "the body ended early")
	}
	err = json.Unmarshal(body, v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return api.Invalid{{
			Message:  "unexpected " + wrong.Value,
			Location: "body." + wrong.Field,
		}}
	} else if err != nil {
		return api.NewProblem(http.StatusBadRequest, "the body is not JSON")
	}
	return v.Validate()
}

func reply(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error here means that the client has left
	return nil
}
