// Package nethttp is the users API with the standard library alone. Since Go
// 1.22 its ServeMux knows methods and wildcards; what remains to be written by
// hand is what stands here: reading JSON, answering with JSON and one place for
// errors. What stands around the handlers is package middleware's. It belongs to
// part 8 of the guide.
//
// ServeMux answers 404 and 405 by itself, in plain text, and redirects a path
// that is not clean. This API has its own form for errors, so [New] asks the mux
// what it would do, and says it in that form.
package nethttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"example.com/goguide/web/api"
	"example.com/goguide/web/middleware"
)

// New returns the API.
func New(c api.Config) http.Handler {
	s := &server{c}
	mux := http.NewServeMux()
	mux.Handle("GET /users", s.limited(s.list))
	mux.Handle("POST /users", s.limited(s.create))
	mux.Handle("GET /users/{id}", s.limited(s.get))
	mux.Handle("PATCH /users/{id}", s.limited(s.update))
	mux.Handle("DELETE /users/{id}", s.limited(s.remove))
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("GET /readyz", s.answered(s.ready))
	mux.Handle("GET /metrics", c.Metrics)
	return s.around(s.routed(mux))
}

type server struct{ api.Config }

// A handler returns its error instead of writing it, so that there is one place
// that does, and no handler goes on after it did.
type handler func(w http.ResponseWriter, r *http.Request) error

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
	draft, err := read[api.Draft](r)
	if err != nil {
		return err
	}
	u, err := s.Users.Create(r.Context(), key, draft)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/users/"+u.ID)
	return replyUser(w, http.StatusCreated, u)
}

func (s *server) get(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Users.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if api.ParseMatch(r.Header.Get("If-None-Match")).Fresh(u.Version) {
		w.Header().Set("ETag", api.ETag(u.Version))
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return replyUser(w, http.StatusOK, u)
}

func (s *server) update(w http.ResponseWriter, r *http.Request) error {
	patch, err := read[api.Patch](r)
	if err != nil {
		return err
	}
	match := api.ParseMatch(r.Header.Get("If-Match"))
	u, err := s.Users.Update(r.Context(), r.PathValue("id"), match, patch)
	if err != nil {
		return err
	}
	return replyUser(w, http.StatusOK, u)
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) error {
	match := api.ParseMatch(r.Header.Get("If-Match"))
	if err := s.Users.Delete(r.Context(), r.PathValue("id"), match); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) ready(_ http.ResponseWriter, r *http.Request) error {
	return s.Users.Ping(r.Context())
}

// read returns the JSON of a request, checked.
func read[T interface{ Validate() error }](r *http.Request) (v T, err error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" ||
		r.Header.Get("Content-Encoding") != "" {
		return v, api.NewProblem(http.StatusUnsupportedMediaType,
			"send application/json, not compressed")
	}
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return v, api.NewProblem(http.StatusRequestEntityTooLarge,
			"the body is too large")
	} else if err != nil {
		return v, api.NewProblem(http.StatusBadRequest, "the body ended early")
	}
	// Not a Decoder, which stops after the first value, whatever follows it.
	err = json.Unmarshal(body, &v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return v, api.Invalid{{
			Message:  "unexpected " + wrong.Value,
			Location: "body." + wrong.Field,
		}}
	} else if err != nil {
		return v, api.NewProblem(http.StatusBadRequest, "the body is not JSON")
	}
	return v, v.Validate()
}

func replyUser(w http.ResponseWriter, status int, u api.User) error {
	w.Header().Set("ETag", api.ETag(u.Version))
	return reply(w, status, u)
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

// fail tells the client what it may know of err, and the log the rest.
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

func (s *server) answered(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}
