package fiber

import (
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"example.com/goguide/detect"
)

// connection returns a function that sends one request after the other to h,
// with the one context that fasthttp has for a connection.
func connection(h fiber.Handler, config ...fiber.Config) func(uri string) string {
	app := fiber.New(config...)
	app.Get("/", h)
	serve := app.Handler()
	var ctx fasthttp.RequestCtx
	return func(uri string) string {
		ctx.Request.Reset()
		ctx.Response.Reset()
		ctx.Request.SetRequestURI(uri)
		serve(&ctx)
		return string(ctx.Response.Body())
	}
}

func TestKeptVisitors(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		get := connection(KeptVisitors())
		get("/?name=ann")
		assert.Equal(t, "bob", get("/?name=bob"), "before Bob there was Ann")
	})
}

func TestVisitors_remembersTheOneBefore(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		get := connection(Visitors())
		get("/?name=ann")
		assert.Equal(t, "ann", get("/?name=bob"))
	})
}

// The near-miss: with Immutable the same code is right, and copies every string
// of every request.
func TestKeptVisitors_immutable(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		get := connection(KeptVisitors(), fiber.Config{Immutable: true})
		get("/?name=ann")
		assert.Equal(t, "ann", get("/?name=bob"))
	})
}

// mail asks for a mail, and returns to whom it was sent when it had its turn.
func mail(t *testing.T, of func(<-chan struct{}, func(string)) fiber.Handler) string {
	turn, sent := make(chan struct{}), make(chan string, 1)
	h := of(turn, func(to string) { sent <- to })
	require.NotNil(t, h, "to route nothing is a panic too, but not this one")
	assert.Equal(t, "Accepted", connection(h)("/?to=ann"), "it answers at once")
	close(turn)
	return <-sent
}

func TestKeptContext(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { mail(t, KeptContext) })
}

func TestMailed_knowsTheAddress(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Equal(t, "ann", mail(t, Mailed)) })
}
