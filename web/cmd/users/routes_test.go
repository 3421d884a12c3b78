package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/goguide/web/api"
)

// A pair is the two ports, each on a test server.
type pair struct {
	t             *testing.T
	public, admin string
	spans         *tracetest.InMemoryExporter
	stop          chan struct{}
}

// serve serves a database until the test ends.
func serve(t *testing.T, db *database) *pair {
	c := defaults(t)
	p := &pair{t: t, spans: tracetest.NewInMemoryExporter(), stop: make(chan struct{})}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(p.spans))
	metrics, err := metricsOf(db)
	require.NoError(t, err)
	a := api.Config{
		Users: db, Limiter: api.NewLimiter(1e9, 1e9), Metrics: metrics,
		Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), //nolint:sloglint // what it says is seen elsewhere
	}
	public, admin, err := c.routes(a, provider, p.stop)
	require.NoError(t, err)
	for url, h := range map[*string]http.Handler{&p.public: public, &p.admin: admin} {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		*url = s.URL
	}
	t.Cleanup(func() { assert.NoError(t, provider.Shutdown(context.Background())) })
	return p
}

// inFile is a configuration of a database in a file.
func inFile(t *testing.T) *database {
	c := defaults(t)
	c.data = filepath.Join(t.TempDir(), "users.db")
	return opened(t, c)
}

func opened(t *testing.T, c config) *database {
	db, err := c.open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

// An answer is a response whose body was read.
type answer struct {
	status int
	header http.Header
	body   string
}

// get sends a GET. Headers are pairs.
func (p *pair) get(url string, header ...string) answer {
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(p.t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := c.Do(r)
	require.NoError(p.t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	require.NoError(p.t, res.Body.Close())
	return answer{res.StatusCode, res.Header, string(body)}
}

func TestRoutes_keepsPrivateThingsPrivate(t *testing.T) {
	t.Parallel()
	p := serve(t, inFile(t))
	for _, path := range []string{
		"/metrics", "/healthz", "/readyz", "/debug/pprof/", "/debug/pprof/heap",
		"/debug/pprof/symbol", "/debug/pprof/profile?seconds=1",
	} {
		res := p.get(p.admin + path)
		assert.Equal(t, http.StatusOK, res.status, path)
		res = p.get(p.public + path)
		assert.Equal(t, http.StatusNotFound, res.status, path)
	}
	res := p.get(p.admin + "/debug/pprof/cmdline")
	assert.Equal(t, http.StatusNotFound, res.status, "it would tell -dsn")
	res = p.get(p.admin + "/users")
	assert.Equal(t, http.StatusNotFound, res.status)
}

func TestRoutes_isNotReadyOnceItDrains(t *testing.T) {
	t.Parallel()
	p := serve(t, inFile(t))
	close(p.stop)
	res := p.get(p.admin + "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, res.status)
	assert.Equal(t, "draining\n", res.body)
	res = p.get(p.admin + "/healthz")
	assert.Equal(t, http.StatusOK, res.status)
	res = p.get(p.public + "/users")
	assert.Equal(t, http.StatusOK, res.status)
}

// The rest of a body that is too large is not read.
func TestRoutes_endsTheConnectionOfWhoSendsTooMuch(t *testing.T) {
	t.Parallel()
	p := serve(t, inFile(t))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.public+"/users", strings.NewReader(strings.Repeat(" ", api.MaxBody+1)))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	c := &http.Client{Transport: new(http.Transport)} // which would keep the connection
	defer c.CloseIdleConnections()
	res, err := c.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
	assert.True(t, res.Close)
}

func TestPage(t *testing.T) {
	t.Parallel()
	p := serve(t, inFile(t))
	res := p.get(p.public+"/", "Accept", "text/html,*/*;q=0.8")
	assert.Equal(t, http.StatusOK, res.status)
	assert.Contains(t, res.body, "<title>users</title>")
	assert.NotRegexp(t, `<script>|style=|onclick|https?://[^"]+\.(js|css)`, res.body, "no script of others, and none inline")
	for path, kind := range map[string]string{
		"/": "text/html; charset=utf-8", "/page.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8",
	} {
		res = p.get(p.public+path, "Accept", "text/html")
		assert.Equal(t, kind, res.header.Get("Content-Type"))
		assert.Equal(t, policy, res.header.Get("Content-Security-Policy"))
		assert.Equal(t, "nosniff", res.header.Get("X-Content-Type-Options"))
	}
	for _, accept := range []string{"", "*/*", "application/json"} { // as curl has it
		res = p.get(p.public+"/", "Accept", accept)
		assert.Equal(t, http.StatusNotFound, res.status, accept)
		assert.Equal(t, api.ProblemType, res.header.Get("Content-Type"))
		assert.Equal(t, "Accept", res.header.Get("Vary"))
	}
}
