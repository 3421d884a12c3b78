package echo

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v5"

	"example.com/goguide/web/api"
)

// fail answers with an error: echo's own, which know their status, and those of
// the API. middleware.Recover makes one of a panic.
func (s *server) fail(c *echo.Context, err error) {
	if r, _ := echo.UnwrapResponse(c.Response()); r != nil && r.Committed {
		panic(http.ErrAbortHandler) // or the client would take half for all
	}
	p := api.ProblemOf(err)
	if status := echo.StatusCode(err); status != 0 {
		p = api.NewProblem(status, "")
	}
	header := c.Response().Header()
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(c.Request().Context(), "request failed",
			"id", header.Get("X-Request-ID"), "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "1")
	}
	header.Set("Content-Type", api.ProblemType) // c.JSON keeps it
	_ = c.JSON(p.Status, p)                     // an error here means that the client has left
}

// limit bounds how often a client may ask. RealIP is the address of the
// connection, unless the Echo has an IPExtractor.
func (s *server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		if wait := s.Limiter.Wait(c.RealIP()); wait > 0 {
			c.Response().Header().Set("Retry-After", api.RetryAfter(wait))
			return api.NewProblem(http.StatusTooManyRequests, "slow down")
		}
		return next(c)
	}
}

// observe names each request, and logs and counts it when it is answered. The
// answer to an error is given here and not left to echo, which would do it when
// the middleware has returned, after the log.
func (s *server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		start := time.Now()
		r := c.Request()
		id := api.RequestID(r.Header.Get("X-Request-ID"))
		c.Response().Header().Set("X-Request-ID", id)
		defer func() {
			took := time.Since(start)
			_, status := echo.ResolveResponseStatus(c.Response(), nil)
			s.Metrics.Observe(r.Method, c.Path(), status, took)
			s.Log.InfoContext(r.Context(), "request", "id", id, "method", r.Method,
				"path", r.URL.Path, "status", status, "took", took)
		}()
		if err := next(c); err != nil {
			s.fail(c, err)
		}
		return nil
	}
}
