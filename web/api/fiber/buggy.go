package fiber

import (
	"sync"

	"github.com/gofiber/fiber/v3"
)

// KeptVisitors remembers who was here, and answers with a page's last visitor.
// Compare [Visitors].
func KeptVisitors() fiber.Handler {
	var mu sync.Mutex
	last := make(map[string]string)
	return func(c fiber.Ctx) error {
		mu.Lock()
		defer mu.Unlock()
		before := last["home"]
		// BUG(test): KeptVisitors keeps a string that lies in the buffer of its
		// request: the next request on the connection is read into the same
		// buffer, and changes what was remembered.
		last["home"] = c.Query("name")
		return c.SendString(before)
	}
}

// KeptContext answers at once, and sends a mail when it is its turn. Compare
// [Mailed].
func KeptContext(turn <-chan struct{}, send func(to string)) fiber.Handler {
	return func(c fiber.Ctx) error {
		go func() {
			<-turn
			// BUG(panic): KeptContext uses the Ctx when its handler has returned:
			// it is empty, which ends the process, or it is another request's.
			send(c.Query("to"))
		}()
		return c.SendStatus(fiber.StatusAccepted)
	}
}
