package middleware

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
	"example.com/goguide/web/api"
)

// all is New with a limit of 16 bytes, burst requests and one origin.
func all(t *testing.T, b *book, burst int) func(http.Handler) http.Handler {
	m, err := New(Config{
		Log:      b.Slog(),
		Limiter:  api.NewLimiter(0.01, burst),
		Deadline: time.Minute,
		MaxBody:  16,
		Proxies:  []string{"10.0.0.0/8"},
		Origins:  []string{"https://example.com"},
		Observe: func(method, route string, status int, took time.Duration) {
			b.Slog().Info("observed", "what", fmt.Sprint(method, " ", route, " ", status), "took", took)
		},
	})
	require.NoError(t, err)
	return m
}

// save reads its body and answers as a handler should.
func save(w http.ResponseWriter, r *http.Request) {
	_, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	w.WriteHeader(http.StatusCreated)
	if _, ok := r.Context().Deadline(); ok {
		_, _ = io.WriteString(w, "in time: ")
	}
	_, _ = io.WriteString(w, ID(r.Context()))
}

// routers has a service in each form: the middleware above a ServeMux, and in
// chi's Use.
var routers = map[string]func(m func(http.Handler) http.Handler) http.Handler{
	"net/http": func(m func(http.Handler) http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /items/{id}", save)
		mux.Handle("GET /panic", panicking{"", "a bug"})
		return m(mux)
	},
	"chi": func(m func(http.Handler) http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(m)
		r.Post("/items/{id}", save)
		r.Method(http.MethodGet, "/panic", panicking{"", "a bug"})
		return r
	},
}

func TestNew_servesEachRouter(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for name, router := range routers {
			var b book
			h := router(all(t, &b, 4))
			for _, c := range []struct {
				method, path, body, origin string
				status                     int
				route, level               string
			}{
				{"POST", "/items/7", "{}", "", 201, "/items/{id}", "INFO"},
				{"POST", "/items/7", "{}", "https://example.com", 201, "/items/{id}", "INFO"},
				{"POST", "/items/7", "{}", "https://evil.example", 403, "", "WARN"},
				{"POST", "/items/7", strings.Repeat("x", 17), "", 413, "/items/{id}", "WARN"},
				{"GET", "/panic", "", "", 500, "/panic", "ERROR"},
				{"GET", "/panic", "", "https://example.com", 429, "", "WARN"},
			} {
				r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
				r.Header.Set("X-Request-ID", "id-1")
				if c.origin != "" {
					r.Header.Set("Origin", c.origin)
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				assert.Equal(t, c.status, w.Code)
				if c.status == http.StatusCreated {
					assert.Equal(t, "in time: id-1", w.Body.String())
				}
				assert.Equal(t, "id-1", w.Header().Get("X-Request-ID"))
				assert.Equal(t, c.origin == "https://example.com", w.Header().Get("Access-Control-Allow-Origin") != "")
				assert.Equal(t, fmt.Sprint(c.method, " ", c.route, " ", c.status), b.field("observed", "what"))
				lines := b.lines("request")
				line := lines[len(lines)-1]
				assert.Contains(t, line, "took")
				delete(line, "took")
				delete(line, "time")
				assert.Equal(t, map[string]any{
					"msg": "request", "level": c.level, "id": "id-1", "client": "192.0.2.1",
					"method": c.method, "path": c.path, "route": c.route,
					"status": float64(c.status), "bytes": float64(w.Body.Len()),
				}, line, name)
			}
			assert.Equal(t, "id-1", b.field("panic", "id"))
			assert.Contains(t, b.field("panic", "stack"), "middleware.panicking.ServeHTTP(")
		}
	})
}

func TestNew_refusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{
		{Proxies: []string{"10.0.0.1"}},
		{Origins: []string{"example.com"}},
		{Origins: []string{"https://example.com/"}},
		{Origins: []string{"https://*.example.com"}},
	} {
		_, err := New(c)
		assert.Error(t, err)
	}
}

func TestChain_beginsOutside(t *testing.T) {
	t.Parallel()
	var order string
	step := func(name string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order += name
				next.ServeHTTP(w, r)
				order += name
			})
		}
	}
	ask(Chain(step("a"), step("b"), Chain(), step("c"))(say("")), http.MethodGet, "/")
	assert.Equal(t, "abccba", order)
}

func TestLog_timesTheHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b book
		h := func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }
		ask(Log(b.Slog())(http.HandlerFunc(h)), http.MethodGet, "/")
		assert.InDelta(t, time.Second, b.field("request", "took"), 0)
	})
}
