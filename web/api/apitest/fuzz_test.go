package apitest

import (
	"encoding/json"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/web/api"
	"example.com/goguide/web/api/chi"
	"example.com/goguide/web/api/echo"
	"example.com/goguide/web/api/fiber"
	"example.com/goguide/web/api/gin"
	"example.com/goguide/web/api/huma"
	"example.com/goguide/web/api/nethttp"
)

// all are the six implementations.
var all = map[string]Start{
	"nethttp": Handler(nethttp.New),
	"chi":     Handler(chi.New),
	"gin":     Handler(gin.New),
	"echo":    Handler(echo.New),
	"huma":    Handler(huma.New),
	"fiber":   App(fiber.New),
}

// FuzzAll sends one request to all six, which must answer with one status that
// is no fault of theirs. In path, ID stands for the id of a user.
//
//	go test -run='^$' -fuzz=FuzzAll -fuzztime=10m ./api/apitest
func FuzzAll(f *testing.F) {
	for _, seed := range []struct{ method, path, query, kind, header, value, body string }{
		{"GET", "/users", "limit=7&cursor=1", "", "", "", ""},
		{"GET", "/users", "limit=%zz&limit=1;x", "", "Accept", "text/html;q=0.3, */*", ""},
		{"GET", "/users/ID", "", "", "If-None-Match", `W/"1", "2"`, ""},
		{"HEAD", "/users/ID", "", "", "", "", ""},
		{"GET", "/users/a%2Fb", "", "", "", "", ""},
		{"GET", "//users/../users/./", "", "", "", "", ""},
		{"POST", "/users", "", "application/json", "Idempotency-Key", "k", ann},
		{"POST", "/users", "", "application/json; charset=\"utf-8\"", "Content-Encoding", "gzip", ann},
		{"POST", "/users", "", "text/json", "", "", `{"name":"x","name":7}`},
		{"POST", "/users", "", "application/json", "", "", `{"NAME":"x","email":"\ud800@y","a":[1e999]}`},
		{"PATCH", "/users/ID", "", "application/json", "If-Match", `"1"`, `{"name":null,"email":"a@b"}`},
		{"PATCH", "/users/x", "", "application/json", "", "", "\xff{}"},
		{"DELETE", "/users/ID", "", "", "If-Match", "*", ""},
		{"OPTIONS", "*", "", "", "Origin", "http://example.com", ""},
		{"QUERY", "/readyz", "", "", "X-HTTP-Method-Override", "DELETE", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.kind, seed.header, seed.value, seed.body)
	}
	sessions := make(map[string]*session)
	for name, start := range all {
		sessions[name] = newSessionWith(f, start, api.NewLimiter(1e9, 1e9))
	}
	f.Fuzz(func(t *testing.T, method, path, query, kind, header, value, body string) {
		status := make(map[string]int)
		for name, s := range sessions {
			status[name] = s.hostile(t, method, path, query, kind, header, value, body)
			if status[name] == http.StatusNotImplemented && !slices.Contains(known, method) {
				delete(status, name) // see the rule on 405
				continue
			}
			assert.Less(t, status[name], 500, name)
		}
		if json.Valid([]byte(body)) && json.Unmarshal([]byte(body), new(any)) != nil {
			delete(status, "huma") // a number that no float64 can hold: see its package
		}
		for name := range status {
			assert.Equal(t, status["nethttp"], status[name], name)
		}
	})
}

// known are the methods that every server knows.
var known = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"}

// hostile sends a request that nobody has checked, and returns the status.
func (s *session) hostile(t *testing.T, method, path, query, kind, header, value, body string) int {
	s.users.renew()
	u, err := s.users.Create(t.Context(), "", api.Draft{Name: "Bob", Email: "bob@example.com"})
	require.NoError(t, err)
	target, err := url.Parse(s.base)
	require.NoError(t, err)
	target.RawPath = strings.ReplaceAll(path, "ID", u.ID)
	target.Path, err = url.PathUnescape(target.RawPath)
	if err != nil || !strings.HasPrefix(path, "/") {
		t.Skip("no path")
	}
	target.RawQuery = query
	req, err := http.NewRequestWithContext(t.Context(), method, target.String(), strings.NewReader(body))
	if err != nil {
		t.Skip("no request")
	}
	if header != "" {
		req.Header.Set(header, value)
	}
	req.Header.Set("Content-Type", kind)
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	resp, err := s.client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil && !sent.Load() {
		t.Skip("no request that net/http would send:", err)
	}
	require.NoError(t, err, "a request that was sent and not answered")
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}
