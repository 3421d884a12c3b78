// Package gin is the users API with gin. A handler gets a *gin.Context, which is
// the request, the answer and a helper for each; errors are collected in it, and
// a middleware at the outside makes one answer of them. It belongs to part 8 of
// the guide.
//
// gin's defaults are for a website, and [New] turns four of them off: any client
// is believed to be a proxy, and so names its own address; a trailing slash is
// redirected; a wrong method is a 404; and HEAD is served by no GET route.
package gin

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/goguide/web/api"
)

func init() { //nolint:gochecknoinits // the mode is gin's global, and debug prints
	gin.SetMode(gin.ReleaseMode)
}

// New returns the API.
func New(c api.Config) http.Handler {
	s := &server{c}
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.ContextWithFallback = true
	_ = r.SetTrustedProxies(nil) // of none it cannot fail
	r.Use(s.observe, s.answer, gin.CustomRecoveryWithWriter(nil, recovered))
	r.NoRoute(func(c *gin.Context) {
		_ = c.Error(api.NewProblem(http.StatusNotFound,
			"no such path"))
	})
	r.NoMethod(func(c *gin.Context) {
		_ = c.Error(api.NewProblem(http.StatusMethodNotAllowed,
			"not with this method"))
	})
	read := []string{http.MethodGet, http.MethodHead}
	r.Match(read, "/healthz", func(c *gin.Context) { c.Status(http.StatusOK) })
	r.Match(read, "/readyz", func(c *gin.Context) {
		if err := s.Users.Ping(c); err != nil {
			_ = c.Error(err)
		}
	})
	r.Match(read, "/metrics", gin.WrapH(c.Metrics))
	users := r.Group("/users", s.limit)
	users.Match(read, "", s.list)
	users.POST("", s.create)
	users.Match(read, "/:id", s.get)
	users.PATCH("/:id", s.update)
	users.DELETE("/:id", s.remove)
	return r
}

type server struct{ api.Config }

func (s *server) list(c *gin.Context) {
	if err := api.CheckQuery(c.Request.URL.RawQuery); err != nil {
		_ = c.Error(err)
		return
	}
	limit, err := api.ParseLimit(c.Query("limit"))
	if err != nil {
		_ = c.Error(err)
		return
	}
	page, err := s.Users.List(c.Request.Context(), c.Query("cursor"), limit)
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.JSON(http.StatusOK, page)
}

func (s *server) create(c *gin.Context) {
	key := c.GetHeader("Idempotency-Key")
	if err := api.CheckKey(key); err != nil {
		_ = c.Error(err)
		return
	}
	var draft api.Draft
	if err := bind(c, &draft); err != nil {
		_ = c.Error(err)
		return
	}
	u, err := s.Users.Create(c.Request.Context(), key, draft)
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.Header("Location", "/users/"+u.ID)
	c.Header("ETag", api.ETag(u.Version))
	c.JSON(http.StatusCreated, u)
}

func (s *server) get(c *gin.Context) {
	u, err := s.Users.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.Header("ETag", api.ETag(u.Version))
	if api.ParseMatch(c.GetHeader("If-None-Match")).Fresh(u.Version) {
		c.Status(http.StatusNotModified)
		return
	}
	c.JSON(http.StatusOK, u)
}

func (s *server) update(c *gin.Context) {
	var patch api.Patch
	if err := bind(c, &patch); err != nil {
		_ = c.Error(err)
		return
	}
	match := api.ParseMatch(c.GetHeader("If-Match"))
	u, err := s.Users.Update(c.Request.Context(), c.Param("id"), match, patch)
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.Header("ETag", api.ETag(u.Version))
	c.JSON(http.StatusOK, u)
}

func (s *server) remove(c *gin.Context) {
	match := api.ParseMatch(c.GetHeader("If-Match"))
	if err := s.Users.Delete(c.Request.Context(), c.Param("id"), match); err != nil {
		_ = c.Error(err)
		return
	}
	c.Status(http.StatusNoContent)
}

// bind reads the JSON of a request into v, and checks it. Not ShouldBindJSON,
// which is content with the first value of a body, whatever follows, and asks
// for no content type.
func bind(c *gin.Context, v interface{ Validate() error }) error {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != gin.MIMEJSON ||
		c.GetHeader("Content-Encoding") != "" {
		return api.NewProblem(http.StatusUnsupportedMediaType,
			"send application/json, not compressed")
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, api.MaxBody))
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
