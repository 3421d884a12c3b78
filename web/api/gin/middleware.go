package gin

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/goguide/web/api"
)

// answer makes a problem of the last error that a handler left in c.
func (s *server) answer(c *gin.Context) {
	c.Next()
	last := c.Errors.Last()
	if last == nil || c.Writer.Written() {
		return
	}
	p := api.ProblemOf(last.Err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(c, "request failed",
			"id", c.Writer.Header().Get("X-Request-ID"), "error", last.Err)
	}
	if p.Status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "1")
	}
	c.Header("Content-Type", api.ProblemType) // c.JSON keeps it
	c.JSON(p.Status, p)
}

// recovered is called with what a handler panicked with. Where the answer has
// begun the connection is cut, or the client would take half for all.
func recovered(c *gin.Context, v any) {
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	_ = c.Error(fmt.Errorf("panic: %v", v))
	c.Abort()
}

// limit bounds how often a client may ask.
func (s *server) limit(c *gin.Context) {
	if wait := s.Limiter.Wait(c.ClientIP()); wait > 0 {
		c.Header("Retry-After", api.RetryAfter(wait))
		_ = c.Error(api.NewProblem(http.StatusTooManyRequests, "slow down"))
		c.Abort() // or the handler would still be called
	}
}

// observe names each request, and logs and counts it when it is answered.
func (s *server) observe(c *gin.Context) {
	start := time.Now()
	id := api.RequestID(c.GetHeader("X-Request-ID"))
	c.Header("X-Request-ID", id)
	defer func() {
		took := time.Since(start)
		s.Metrics.Observe(c.Request.Method, c.FullPath(), c.Writer.Status(), took)
		s.Log.InfoContext(c, "request", "id", id, "method", c.Request.Method,
			"path", c.Request.URL.Path, "status", c.Writer.Status(), "took", took)
	}()
	c.Next()
}
