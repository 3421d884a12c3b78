package gin

import (
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
)

// Welcome answers at once and sends the mail after that. What the goroutine
// needs is read before it starts; of a whole Context it would take c.Copy().
func Welcome(mails *sync.WaitGroup, send func(to string)) gin.HandlerFunc {
	return func(c *gin.Context) {
		to := c.Query("to")
		mails.Go(func() { send(to) })
		c.Status(http.StatusAccepted)
	}
}

// Banned keeps clients out by the address that they connect from.
func Banned(ip string) http.Handler {
	r := gin.New()
	_ = r.SetTrustedProxies(nil) // of none it cannot fail
	r.GET("/", func(c *gin.Context) {
		if c.ClientIP() == ip {
			c.AbortWithStatus(http.StatusForbidden)
			return
		}
		c.Status(http.StatusOK)
	})
	return r
}

// Transfer lets only admins transfer. The check is a handler of its own, which
// Abort can keep the next from.
func Transfer(transfer func()) http.Handler {
	r := gin.New()
	admins := func(c *gin.Context) {
		if c.GetHeader("Role") != "admin" {
			c.AbortWithStatus(http.StatusForbidden)
		}
	}
	r.POST("/", admins, func(*gin.Context) { transfer() })
	return r
}
