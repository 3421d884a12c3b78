package middleware

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"

	"example.com/goguide/web/api"
)

type handlers = func(http.Handler) http.Handler

// shop has a route that says hello, one that panics and one that reads.
func shop() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /hello/{name}", say("hello"))
	mux.Handle("GET /panic", panicking{"", "a bug"})
	mux.HandleFunc("POST /items/{id}", save)
	return mux
}

// neighbours are two middlewares, the outer one first, what of their order can
// be seen from outside, and what is seen when they have changed places.
type neighbours struct {
	pair           func(b *book) (outer, inner handlers)
	see            func(t *testing.T, b *book, h http.Handler) any
	right, swapped any
}

var order = map[string]neighbours{
	"RequestID, Log: the line has the id": {
		func(b *book) (_, _ handlers) { return RequestID, Log(b.Slog()) },
		func(_ *testing.T, b *book, h http.Handler) any {
			ask(h, http.MethodGet, "/hello/bob", "X-Request-ID", "id-1")
			return b.field("request", "id")
		},
		"id-1", "",
	},
	"RequestID, Recover: the stack has the id": {
		func(b *book) (_, _ handlers) { return RequestID, Recover(b.Slog()) },
		func(_ *testing.T, b *book, h http.Handler) any {
			ask(h, http.MethodGet, "/panic", "X-Request-ID", "id-1")
			return b.field("panic", "id")
		},
		"id-1", "",
	},
	"MaxBody, Log: the line has the route":   {routeOf(MaxBody(16)), seeRoute, "/hello/{name}", ""},
	"Deadline, Log: the line has the route":  {routeOf(Deadline(time.Minute)), seeRoute, "/hello/{name}", ""},
	"RequestID, Log: the line has the route": {routeOf(RequestID), seeRoute, "/hello/{name}", ""},
	"MaxBody, Log: the connection ends": {
		func(b *book) (_, _ handlers) { return MaxBody(16), Log(b.Slog()) },
		func(t *testing.T, b *book, h http.Handler) (closes any) {
			serve(h, b, func(c *http.Client) {
				res, err := do(c, http.MethodPost, "http://shop/items/7", strings.NewReader(strings.Repeat("x", 17)))
				if assert.NoError(t, err) {
					assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
					assert.NoError(t, res.Body.Close())
					closes = res.Close
				}
			})
			return closes
		},
		true, false, // then the server reads on, up to 256 KiB, to keep it
	},
	"Log, Recover: the line has the 500": {
		func(b *book) (_, _ handlers) { return Log(b.Slog()), Recover(b.Slog()) },
		func(_ *testing.T, b *book, h http.Handler) any {
			ask(h, http.MethodGet, "/panic")
			return b.field("request", "status")
		},
		500., 0.,
	},
	"Measure, Recover: the metric has the 500": {
		func(b *book) (_, _ handlers) {
			return Measure(func(_, _ string, status int, _ time.Duration) {
				b.Slog().Info("observed", "status", status)
			}), Recover(b.Slog())
		},
		func(_ *testing.T, b *book, h http.Handler) any {
			ask(h, http.MethodGet, "/panic")
			return b.field("observed", "status")
		},
		500., 0.,
	},
	"Log, RateLimit: the refused are in the log": {
		func(b *book) (_, _ handlers) { return Log(b.Slog()), RateLimit(api.NewLimiter(0.01, 1)) },
		func(_ *testing.T, b *book, h http.Handler) any {
			ask(h, http.MethodGet, "/hello/bob")
			ask(h, http.MethodGet, "/hello/bob")
			return len(b.lines("request"))
		},
		2, 1,
	},
	"CrossOrigin, RateLimit: a script can read the 429": {
		crossAndLimit,
		func(t *testing.T, _ *book, h http.Handler) any {
			ask(h, http.MethodGet, "/hello/bob", "Origin", "https://example.com")
			w := ask(h, http.MethodGet, "/hello/bob", "Origin", "https://example.com")
			assert.Equal(t, http.StatusTooManyRequests, w.Code)
			return w.Header().Get("Access-Control-Allow-Origin")
		},
		"https://example.com", "",
	},
	"CrossOrigin, RateLimit: a preflight costs nothing": {
		crossAndLimit,
		func(_ *testing.T, _ *book, h http.Handler) any {
			ask(h, http.MethodOptions, "/hello/bob", "Origin", "https://example.com", "Access-Control-Request-Method", "GET")
			return ask(h, http.MethodGet, "/hello/bob").Code
		},
		200, 429,
	},
	"CrossOrigin, RateLimit: a forged request costs its victim nothing": {
		crossAndLimit,
		func(_ *testing.T, _ *book, h http.Handler) any {
			form(h)
			return ask(h, http.MethodGet, "/hello/bob").Code
		},
		200, 429,
	},
	"Timeout, Recover: the stack is the handler's": {
		func(b *book) (_, _ handlers) { return timeoutAlone(time.Minute), Recover(b.Slog()) },
		func(_ *testing.T, b *book, h http.Handler) any {
			ask(h, http.MethodGet, "/panic")
			return strings.Contains(fmt.Sprint(b.field("panic", "stack")), "middleware.panicking.ServeHTTP(")
		},
		true, false,
	},
}

// timeoutAlone is Timeout without its Recover.
func timeoutAlone(d time.Duration) handlers {
	return func(h http.Handler) http.Handler { return http.TimeoutHandler(h, d, "") }
}

func crossAndLimit(*book) (outer, inner handlers) {
	cross, _ := CrossOrigin("https://example.com")
	return cross, RateLimit(api.NewLimiter(0.01, 1))
}

func routeOf(m handlers) func(b *book) (outer, inner handlers) {
	return func(b *book) (_, _ handlers) { return m, Log(b.Slog()) }
}

func seeRoute(_ *testing.T, b *book, h http.Handler) any {
	ask(h, http.MethodGet, "/hello/bob")
	return b.field("request", "route")
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for name, n := range order {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var right, swapped book
			outer, inner := n.pair(&right)
			assert.Equal(t, n.right, n.see(t, &right, outer(inner(shop()))))
			outer, inner = n.pair(&swapped)
			assert.Equal(t, n.swapped, n.see(t, &swapped, inner(outer(shop()))))
		})
	}
}

// Both limits of time keep the route from the log when they are below it and
// above the router. Around one handler, below both, Timeout does not.
func TestOrder_timeoutIsBelowTheRouter(t *testing.T) {
	t.Parallel()
	slow := Timeout(time.Minute, new(book).Slog())
	above := func(b *book) http.Handler { return Log(b.Slog())(slow(shop())) }
	below := func(b *book) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("GET /hello/{name}", slow(say("hello")))
		return Log(b.Slog())(mux)
	}
	var b book
	assert.Empty(t, seeRoute(t, &b, above(&b)))
	assert.Equal(t, "/hello/{name}", seeRoute(t, &b, below(&b)))
}

// chi copies the request before the middleware of its Use, and not after.
func TestOrder_chiUsesTheLog(t *testing.T) {
	t.Parallel()
	router := func(use ...func(http.Handler) http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(use...)
		r.Method(http.MethodGet, "/hello/{name}", say("hello"))
		return r
	}
	var b book
	assert.Empty(t, seeRoute(t, &b, Log(b.Slog())(router())))
	assert.Equal(t, "/hello/{name}", seeRoute(t, &b, router(Log(b.Slog()))))
}

// A panic after the 503 comes to nobody outside TimeoutHandler: no log has it.
func TestOrder_recoverInsideTimeoutSeesALatePanic(t *testing.T) {
	t.Parallel()
	for recovers, want := range map[bool]any{true: "a bug, later", false: nil} {
		synctest.Test(t, func(t *testing.T) {
			var b book
			h := http.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				time.Sleep(time.Minute)
				panic("a bug, later")
			}))
			if recovers {
				h = Timeout(time.Second, b.Slog())(h)
			} else {
				h = Recover(b.Slog())(timeoutAlone(time.Second)(h))
			}
			assert.Equal(t, http.StatusServiceUnavailable, ask(h, http.MethodGet, "/").Code)
			time.Sleep(time.Hour)
			assert.Equal(t, want, b.field("panic", "error"))
		})
	}
}

// What does not matter: a 500 has CORS on it in either order, for cors writes
// its headers before the handler runs.
func TestOrder_recoverAndCrossOriginMayChangePlaces(t *testing.T) {
	t.Parallel()
	var b book
	cross, _ := crossAndLimit(nil)
	for _, m := range []handlers{Chain(cross, Recover(b.Slog())), Chain(Recover(b.Slog()), cross)} {
		w := ask(m(shop()), http.MethodGet, "/panic", "Origin", "https://example.com")
		assert.Equal(t, http.StatusInternalServerError, w.Code)
		assert.Equal(t, "https://example.com", w.Header().Get("Access-Control-Allow-Origin"))
	}
}
