package echo

import (
	"net/http"
	"sync"

	"github.com/labstack/echo/v5"
)

// Audit answers at once and writes the audit log after that. What the goroutine
// needs is read before it starts: an echo.Context cannot be copied.
func Audit(logs *sync.WaitGroup, write func(who string)) echo.HandlerFunc {
	return func(c *echo.Context) error {
		who := c.QueryParam("who")
		logs.Go(func() { write(who) })
		return c.NoContent(http.StatusAccepted)
	}
}
