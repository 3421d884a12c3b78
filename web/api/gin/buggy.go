package gin

import (
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
)

// WelcomeLater answers at once and sends the mail after that. Compare [Welcome].
func WelcomeLater(mails *sync.WaitGroup, send func(to string)) gin.HandlerFunc {
	return func(c *gin.Context) {
		// BUG(race): WelcomeLater uses the Context when its handler has
		// returned and gin has given it to the next request: the mail goes to
		// the wrong person.
		mails.Go(func() { send(c.Query("to")) })
		c.Status(http.StatusAccepted)
	}
}

// BannedByName keeps clients out by their address. Compare [Banned].
func BannedByName(ip string) http.Handler {
	r := gin.New()
	r.GET("/", func(c *gin.Context) {
		// BUG(test): BannedByName believes a client's X-Forwarded-For, since gin
		// takes everybody for a proxy unless it is told who is one.
		if c.ClientIP() == ip {
			c.AbortWithStatus(http.StatusForbidden)
			return
		}
		c.Status(http.StatusOK)
	})
	return r
}

// TransferOnly lets only admins transfer. Compare [Transfer].
func TransferOnly(transfer func()) http.Handler {
	r := gin.New()
	r.POST("/", func(c *gin.Context) {
		if c.GetHeader("Role") != "admin" {
			// BUG(test): TransferOnly goes on: Abort keeps the handlers after
			// this one from being called, and does not end this one. The client
			// gets a 403, and the money is gone.
			c.AbortWithStatus(http.StatusForbidden)
		}
		transfer()
	})
	return r
}
