package apitest

import (
	"context"
	"net"

	"github.com/gofiber/fiber/v3"
	"go.uber.org/goleak"

	"example.com/goguide/web/api"
)

// App is the Start of an API that is a fiber app.
func App(build func(c api.Config) *fiber.App) Start {
	return func(c api.Config, l net.Listener) func(context.Context) error {
		app := build(c)
		served := make(chan error, 1)
		go func() { served <- app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true}) }()
		return func(ctx context.Context) error {
			if err := app.ShutdownWithContext(ctx); err != nil {
				return err
			}
			return <-served
		}
	}
}

// FasthttpStays are the two kinds of goroutine that fasthttp leaves behind and
// that nobody can wait for: one a server, asleep for up to 10 s, its
// MaxIdleWorkerDuration, and one for the process, which writes the Date header.
func FasthttpStays() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
	}
}
