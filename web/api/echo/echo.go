// Package echo is the users API with echo v5. A handler returns its error, and one
// function, the HTTPErrorHandler, answers with it; how requests are bound and
// checked is set once, on the Echo. It belongs to part 8 of the guide.
//
// echo binds what it knows by the path, the query and the body, one over the
// other. This API asks for JSON and for nothing else, so it brings a Binder of
// its own.
package echo

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	"example.com/goguide/web/api"
)

// New returns the API.
func New(c api.Config) http.Handler {
	s := &server{c}
	e := echo.NewWithConfig(echo.Config{
		Logger:           c.Log,
		HTTPErrorHandler: s.fail,
		Binder:           binder{},
		Router:           echo.NewRouter(echo.RouterConfig{AutoHandleHEAD: true}),
		// Or a group with middleware takes what it has no method for as a 404.
		NoGroupAutoRegister404Routes: true,
	})
	e.Use(s.observe, middleware.Recover())
	e.GET("/healthz", func(c *echo.Context) error { return c.NoContent(http.StatusOK) })
	e.GET("/readyz", func(c *echo.Context) error {
		if err := s.Users.Ping(c.Request().Context()); err != nil {
			return err
		}
		return c.NoContent(http.StatusOK)
	})
	e.GET("/metrics", echo.WrapHandler(c.Metrics))
	users := e.Group("/users", s.limit, middleware.BodyLimit(api.MaxBody))
	users.GET("", s.list)
	users.POST("", s.create)
	users.GET("/:id", s.get)
	users.PATCH("/:id", s.update)
	users.DELETE("/:id", s.remove)
	return e
}

type server struct{ api.Config }

func (s *server) list(c *echo.Context) error {
	if err := api.CheckQuery(c.QueryString()); err != nil {
		return err
	}
	limit, err := api.ParseLimit(c.QueryParam("limit"))
	if err != nil {
		return err
	}
	page, err := s.Users.List(c.Request().Context(), c.QueryParam("cursor"), limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, page)
}

func (s *server) create(c *echo.Context) error {
	key := c.Request().Header.Get("Idempotency-Key")
	if err := api.CheckKey(key); err != nil {
		return err
	}
	var draft api.Draft
	if err := c.Bind(&draft); err != nil {
		return err
	}
	u, err := s.Users.Create(c.Request().Context(), key, draft)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Location", "/users/"+u.ID)
	c.Response().Header().Set("ETag", api.ETag(u.Version))
	return c.JSON(http.StatusCreated, u)
}

func (s *server) get(c *echo.Context) error {
	u, err := s.Users.Get(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", api.ETag(u.Version))
	if api.ParseMatch(c.Request().Header.Get("If-None-Match")).Fresh(u.Version) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.JSON(http.StatusOK, u)
}

func (s *server) update(c *echo.Context) error {
	var patch api.Patch
	if err := c.Bind(&patch); err != nil {
		return err
	}
	match := api.ParseMatch(c.Request().Header.Get("If-Match"))
	u, err := s.Users.Update(c.Request().Context(), c.Param("id"), match, patch)
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", api.ETag(u.Version))
	return c.JSON(http.StatusOK, u)
}

func (s *server) remove(c *echo.Context) error {
	match := api.ParseMatch(c.Request().Header.Get("If-Match"))
	if err := s.Users.Delete(c.Request().Context(), c.Param("id"), match); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// A binder reads JSON, and checks what it has read.
type binder struct{}

// Bind implements [echo.Binder].
func (binder) Bind(c *echo.Context, target any) error {
	header := c.Request().Header
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || kind != echo.MIMEApplicationJSON ||
		header.Get("Content-Encoding") != "" {
		return echo.ErrUnsupportedMediaType
	}
	body, err := io.ReadAll(c.Request().Body)
	if echo.StatusCode(err) == http.StatusRequestEntityTooLarge { // by BodyLimit
		return err
	} else if err != nil {
		return api.NewProblem(http.StatusBadRequest, "the body ended early")
	}
	err = json.Unmarshal(body, target)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return api.Invalid{{
			Message:  "unexpected " + wrong.Value,
			Location: "body." + wrong.Field,
		}}
	} else if err != nil {
		return api.NewProblem(http.StatusBadRequest, "the body is not JSON")
	}
	if v, ok := target.(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}
