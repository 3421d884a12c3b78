// Package fiber is the users API with fiber v3, which is built on fasthttp and not
// on net/http: its handlers, its middleware and its contexts are its own, and
// nothing that is written for net/http fits without an adapter. It belongs to
// part 8 of the guide.
//
// What fasthttp saves is memory: it uses the buffers of one request again for the
// next on any connection. Every string that comes out of a fiber.Ctx lies in such
// a buffer, and is good until the handler returns. What is kept is copied first
// (see create).
//
// A body that is compressed is unpacked as it is read, so this API refuses one
// before it reads it. A method that fiber does not know is answered with a 501
// in plain text before any middleware is asked.
package fiber

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	recoverer "github.com/gofiber/fiber/v3/middleware/recover"

	"example.com/goguide/web/api"
)

// New returns the API.
func New(c api.Config) *fiber.App {
	s := &server{c}
	app := fiber.New(fiber.Config{
		CaseSensitive:   true, // by default /Users is /users,
		StrictRouting:   true, // and so is /users/
		BodyLimit:       api.MaxBody,
		ErrorHandler:    s.fail,
		StructValidator: validator{},
	})
	app.Use(s.observe, recoverer.New())
	app.Get("/healthz", func(c fiber.Ctx) error { return c.SendStatus(http.StatusOK) })
	app.Get("/readyz", func(c fiber.Ctx) error {
		if err := s.Users.Ping(c.Context()); err != nil {
			return err
		}
		return c.SendStatus(http.StatusOK)
	})
	app.Get("/metrics", adaptor.HTTPHandler(c.Metrics))
	app.Get("/users", s.limit, s.list)
	app.Post("/users", s.limit, onlyJSON, s.create)
	app.Get("/users/:id", s.limit, s.get)
	app.Patch("/users/:id", s.limit, onlyJSON, s.update)
	app.Delete("/users/:id", s.limit, s.remove)
	return app
}

type server struct{ api.Config }

func (s *server) list(c fiber.Ctx) error {
	if err := api.CheckQuery(string(c.RequestCtx().URI().QueryString())); err != nil {
		return err
	}
	limit, err := api.ParseLimit(c.Query("limit"))
	if err != nil {
		return err
	}
	page, err := s.Users.List(c.Context(), c.Query("cursor"), limit)
	if err != nil {
		return err
	}
	return c.JSON(page)
}

func (s *server) create(c fiber.Ctx) error {
	// The store keeps the key. What JSON is read into is a copy already.
	key := strings.Clone(c.Get("Idempotency-Key"))
	if err := api.CheckKey(key); err != nil {
		return err
	}
	var draft api.Draft
	if err := c.Bind().JSON(&draft); err != nil {
		return badJSON(err)
	}
	u, err := s.Users.Create(c.Context(), key, draft)
	if err != nil {
		return err
	}
	c.Set("Location", "/users/"+u.ID)
	c.Set("ETag", api.ETag(u.Version))
	return c.Status(http.StatusCreated).JSON(u)
}

func (s *server) get(c fiber.Ctx) error {
	u, err := s.Users.Get(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	c.Set("ETag", api.ETag(u.Version))
	if api.ParseMatch(c.Get("If-None-Match")).Fresh(u.Version) {
		c.Status(http.StatusNotModified)
		return nil
	}
	return c.JSON(u)
}

func (s *server) update(c fiber.Ctx) error {
	var patch api.Patch
	if err := c.Bind().JSON(&patch); err != nil {
		return badJSON(err)
	}
	u, err := s.Users.Update(c.Context(), c.Params("id"), api.ParseMatch(c.Get("If-Match")), patch)
	if err != nil {
		return err
	}
	c.Set("ETag", api.ETag(u.Version))
	return c.JSON(u)
}

func (s *server) remove(c fiber.Ctx) error {
	if err := s.Users.Delete(c.Context(), c.Params("id"), api.ParseMatch(c.Get("If-Match"))); err != nil {
		return err
	}
	return c.SendStatus(http.StatusNoContent)
}

// onlyJSON refuses what is not said to be JSON, which Bind does not ask.
func onlyJSON(c fiber.Ctx) error {
	kind, _, err := mime.ParseMediaType(c.Get("Content-Type"))
	if err != nil || kind != fiber.MIMEApplicationJSON ||
		c.Get("Content-Encoding") != "" {
		return fiber.ErrUnsupportedMediaType
	}
	return c.Next()
}

// badJSON says what Bind found. That a value is against the rules it has from
// the validator.
func badJSON(err error) error {
	if _, ok := errors.AsType[api.Invalid](err); ok {
		return err
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return api.Invalid{{
			Message:  "unexpected " + wrong.Value,
			Location: "body." + wrong.Field,
		}}
	}
	return api.NewProblem(http.StatusBadRequest, "the body is not JSON")
}

// A validator asks what was bound to check itself.
type validator struct{}

// Validate implements [fiber.StructValidator].
func (validator) Validate(out any) error {
	if v, ok := out.(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}
