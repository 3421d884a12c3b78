package fiber

import (
	"strings"
	"sync"

	"github.com/gofiber/fiber/v3"
)

// Visitors remembers who was here, and answers with a page's last visitor. It
// keeps a copy; with Immutable in its Config fiber copies everything, whether
// it is kept or not.
func Visitors() fiber.Handler {
	var mu sync.Mutex
	last := make(map[string]string)
	return func(c fiber.Ctx) error {
		mu.Lock()
		defer mu.Unlock()
		before := last["home"]
		last["home"] = strings.Clone(c.Query("name"))
		return c.SendString(before)
	}
}

// Mailed answers at once, and sends a mail when it is its turn, to an address
// that it has copied.
func Mailed(turn <-chan struct{}, send func(to string)) fiber.Handler {
	return func(c fiber.Ctx) error {
		to := strings.Clone(c.Query("to"))
		go func() {
			<-turn
			send(to)
		}()
		return c.SendStatus(fiber.StatusAccepted)
	}
}
