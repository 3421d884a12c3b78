package fiber

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"

	"example.com/goguide/web/api"
)

// fail answers with an error: fiber's own, which know their status, and those of
// the API. The middleware recover makes one of a panic.
func (s *server) fail(c fiber.Ctx, err error) error {
	p := api.ProblemOf(err)
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		p = api.NewProblem(e.Code, "")
	}
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(c.Context(), "request failed",
			"id", c.GetRespHeader("X-Request-ID"), "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		c.Set("Retry-After", "1")
	}
	return c.Status(p.Status).JSON(p, api.ProblemType)
}

// limit bounds how often a client may ask. IP is the address of the connection,
// unless TrustProxy is set.
func (s *server) limit(c fiber.Ctx) error {
	if wait := s.Limiter.Wait(strings.Clone(c.IP())); wait > 0 {
		c.Set("Retry-After", api.RetryAfter(wait))
		return api.NewProblem(http.StatusTooManyRequests, "slow down")
	}
	return c.Next()
}

// observe names each request, and logs and counts it when it is answered. It
// answers to an error itself, which fiber would do after the log.
func (s *server) observe(c fiber.Ctx) error {
	start := time.Now()
	id := api.RequestID(c.Get("X-Request-ID"))
	c.Set("X-Request-ID", id)
	err := c.Next()
	if err != nil {
		err = s.fail(c, err)
	}
	took := time.Since(start)
	route := ""
	if c.Matched() {
		route = c.FullPath()
	}
	status := c.Response().StatusCode()
	s.Metrics.Observe(strings.Clone(c.Method()), strings.Clone(route), status, took)
	s.Log.InfoContext(c.Context(), "request", "id", id, "method", c.Method(),
		"path", c.Path(), "status", status, "took", took)
	return err
}
