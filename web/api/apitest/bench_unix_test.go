//go:build unix

package apitest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	chirouter "github.com/go-chi/chi/v5"
	gofiber "github.com/gofiber/fiber/v3"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	ginrouter "github.com/gin-gonic/gin"
	echorouter "github.com/labstack/echo/v5"

	"example.com/goguide/web/api"
	"example.com/goguide/web/api/chi"
	"example.com/goguide/web/api/echo"
	"example.com/goguide/web/api/fiber"
	"example.com/goguide/web/api/gin"
	apihuma "example.com/goguide/web/api/huma"
	"example.com/goguide/web/api/nethttp"
	"example.com/goguide/web/store/memory"
)

// A contender is the users API in one framework, and beside it the framework
// with one route that answers with a user and does nothing else.
type contender struct {
	name string
	api  func(api.Config) http.Handler
	bare func() http.Handler
}

// The first is what the others are compared with. fiber is no http.Handler.
var contenders = []contender{
	{"nethttp", nethttp.New, bareMux},
	{"chi", chi.New, bareChi},
	{"gin", gin.New, bareGin},
	{"echo", echo.New, bareEcho},
	{"huma", apihuma.New, bareHuma},
}

func user(id string) api.User {
	return api.User{ID: id, Name: "Ann", Email: "ann@example.com"}
}

func bareMux() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(user(r.PathValue("id")))
	})
	return m
}

func bareChi() http.Handler {
	m := chirouter.NewRouter()
	m.Get("/users/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(user(chirouter.URLParam(r, "id")))
	})
	return m
}

func bareGin() http.Handler {
	ginrouter.SetMode(ginrouter.ReleaseMode)
	m := ginrouter.New()
	m.GET("/users/:id", func(c *ginrouter.Context) { c.JSON(http.StatusOK, user(c.Param("id"))) })
	return m
}

func bareEcho() http.Handler {
	m := echorouter.New()
	m.GET("/users/:id", func(c *echorouter.Context) error { return c.JSON(http.StatusOK, user(c.Param("id"))) })
	return m
}

func bareHuma() http.Handler {
	m := http.NewServeMux()
	c := huma.DefaultConfig("users", "1")
	c.CreateHooks = nil // they add a link to a schema
	huma.Get(humago.New(m, c), "/users/{id}", func(_ context.Context, in *struct {
		ID string `path:"id"`
	},
	) (*struct{ Body api.User }, error) {
		return &struct{ Body api.User }{user(in.ID)}, nil
	})
	return m
}

func bareFiber() *gofiber.App {
	app := gofiber.New()
	app.Get("/users/:id", func(c gofiber.Ctx) error { return c.JSON(user(c.Params("id"))) })
	return app
}

// configured returns what the six are made of, and the path of a user.
func configured(b *testing.B) (c api.Config, path string) {
	b.Helper()
	users := memory.New()
	u, err := users.Create(b.Context(), "", api.Draft{Name: "Ann", Email: "ann@example.com"})
	require.NoError(b, err)
	return api.Config{
		Users:   users,
		Limiter: api.NewLimiter(1e9, 1e9),
		Metrics: api.NewMetrics(),
		Log:     slog.New(slog.NewJSONHandler(io.Discard, nil)), //nolint:sloglint // its encoding is measured
	}, "/users/" + u.ID
}

// A turn asks for a user so many times.
type turn func(b *testing.B, n int)

// A nowhere takes an answer, and keeps its status.
type nowhere struct {
	header http.Header
	status int
}

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (w *nowhere) WriteHeader(s int)           { w.status = s }

// inProcess asks without a connection.
func inProcess(h http.Handler, path string) turn {
	return func(b *testing.B, n int) {
		b.Helper()
		w := &nowhere{header: make(http.Header)}
		for range n {
			clear(w.header)
			w.status = http.StatusOK
			r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, path, http.NoBody)
			require.NoError(b, err)
			r.RemoteAddr = "127.0.0.1:1"
			if h.ServeHTTP(w, r); w.status != http.StatusOK {
				b.Fatal(w.status)
			}
		}
	}
}

func inProcessFiber(app *gofiber.App, path string) turn {
	h := app.Handler()
	return func(b *testing.B, n int) {
		b.Helper()
		for range n {
			var r fasthttp.Request
			r.SetRequestURI(path)
			var c fasthttp.RequestCtx
			c.Init(&r, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, nil)
			if h(&c); c.Response.StatusCode() != http.StatusOK {
				b.Fatal(c.Response.StatusCode())
			}
		}
	}
}

// overLoopback asks over one connection that stays, with a client that does
// next to nothing.
func overLoopback(b *testing.B, c api.Config, start Start, path string) turn {
	b.Helper()
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	stop := start(c, l)
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", l.Addr().String())
	require.NoError(b, err)
	b.Cleanup(func() {
		require.NoError(b, conn.Close())
		require.NoError(b, stop(context.Background()))
	})
	question := []byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
	r := bufio.NewReader(conn)
	return func(b *testing.B, n int) {
		b.Helper()
		for range n {
			_, err := conn.Write(question)
			require.NoError(b, err)
			resp, err := http.ReadResponse(r, nil)
			require.NoError(b, err)
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(b, err)
			require.NoError(b, resp.Body.Close())
			if resp.StatusCode != http.StatusOK {
				b.Fatal(resp.Status)
			}
		}
	}
}

// cpu returns the CPU time of this process.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAll measures the CPU time of GET /users/{id}, as a ratio to net/http's,
// with which all take turns; the median turn of each counts. Bare is one route
// of the framework that does nothing but answer, api is the whole users API.
func BenchmarkAll(b *testing.B) {
	c, path := configured(b)
	b.Run("bare/in-process", func(b *testing.B) {
		var turns []turn
		for _, f := range contenders {
			turns = append(turns, inProcess(f.bare(), path))
		}
		compare(b, 20_000, append(turns, inProcessFiber(bareFiber(), path)))
	})
	b.Run("api/in-process", func(b *testing.B) {
		var turns []turn
		for _, f := range contenders {
			turns = append(turns, inProcess(f.api(c), path))
		}
		compare(b, 5_000, append(turns, inProcessFiber(fiber.New(c), path)))
	})
	b.Run("bare/loopback", func(b *testing.B) {
		var turns []turn
		for _, f := range contenders {
			bare := func(api.Config) http.Handler { return f.bare() }
			turns = append(turns, overLoopback(b, c, Handler(bare), path))
		}
		bare := func(api.Config) *gofiber.App { return bareFiber() }
		compare(b, 2_000, append(turns, overLoopback(b, c, App(bare), path)))
	})
	b.Run("api/loopback", func(b *testing.B) {
		var turns []turn
		for _, f := range contenders {
			turns = append(turns, overLoopback(b, c, Handler(f.api), path))
		}
		compare(b, 2_000, append(turns, overLoopback(b, c, App(fiber.New), path)))
	})
}

// compare lets each make n requests in turn. A turn must be many times as long as
// a tick of the kernel's clock, a few milliseconds: it counts what the threads of
// other CPUs have used only then.
func compare(b *testing.B, n int, turns []turn) {
	b.Helper()
	took, allocs := make([][]time.Duration, len(turns)), make([]uint64, len(turns))
	for b.Loop() {
		for i, t := range turns {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpu(b)
			t(b, n)
			took[i] = append(took[i], cpu(b)-start)
			runtime.ReadMemStats(&after)
			allocs[i] = (after.Mallocs - before.Mallocs) / uint64(n)
		}
	}
	b.ReportMetric(0, "ns/op")
	base := float64(median(took[0]))
	b.ReportMetric(base/float64(n), "ns/nethttp")
	for i := range turns {
		name := "fiber"
		if i < len(contenders) {
			name = contenders[i].name
		}
		b.ReportMetric(float64(median(took[i]))/base, "x/"+name)
		b.ReportMetric(float64(allocs[i]), "allocs/"+name)
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
