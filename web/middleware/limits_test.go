package middleware

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/web/api"
)

func TestDeadline_endsWhoObeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		query := func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			if errors.Is(r.Context().Err(), context.DeadlineExceeded) {
				http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
			}
		}
		w := ask(Deadline(time.Second)(http.HandlerFunc(query)), http.MethodGet, "/")
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestDeadline_doesNotEndWhoDoesNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		work := func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, "done")
		}
		w := ask(Deadline(time.Second)(http.HandlerFunc(work)), http.MethodGet, "/")
		assert.Equal(t, "done", w.Body.String())
		assert.Equal(t, time.Hour, time.Since(start))
	})
}

// Nor a handler that reads what a client does not send: the reader knows nothing
// of the ctx. ReadTimeout ends that.
func TestDeadline_doesNotEndARead(t *testing.T) {
	t.Parallel()
	for readTimeout, want := range map[time.Duration]time.Duration{0: time.Hour, 5 * time.Second: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			network := memnet.Listen()
			read := make(chan time.Duration, 1)
			start := time.Now()
			server := &http.Server{
				ReadTimeout: readTimeout,
				Handler: Deadline(time.Second)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.ReadAll(r.Body)
					read <- time.Since(start)
				})),
			}
			go func() { _ = server.Serve(network) }()
			conn, err := network.Dial(t.Context(), "", "")
			require.NoError(t, err)
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\n{")
			require.NoError(t, err)
			time.Sleep(time.Hour)
			require.NoError(t, conn.Close())
			assert.Equal(t, want, <-read)
			require.NoError(t, server.Close())
		})
	}
}

// What Timeout costs: nothing can be sent before the end, and the handler runs
// on, with nowhere to write.
func TestTimeout_costs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		done := make(chan time.Duration, 1)
		work := func(w http.ResponseWriter, r *http.Request) {
			assert.ErrorIs(t, http.NewResponseController(w).Flush(), http.ErrNotSupported)
			_, _, err := http.NewResponseController(w).Hijack()
			assert.ErrorIs(t, err, http.ErrNotSupported)
			time.Sleep(time.Hour)
			assert.ErrorIs(t, r.Context().Err(), context.DeadlineExceeded, "it could have looked")
			_, err = io.WriteString(w, "done")
			assert.ErrorIs(t, err, http.ErrHandlerTimeout)
			done <- time.Since(start)
		}
		h := Timeout(time.Second, new(book).Slog())(http.HandlerFunc(work))
		w := ask(h, http.MethodGet, "/")
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, time.Hour, <-done)
	})
}

func TestMaxBody_isExact(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{"": 201, "1234567": 201, "12345678": 413} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		w := httptest.NewRecorder()
		MaxBody(7)(http.HandlerFunc(save)).ServeHTTP(w, r)
		assert.Equal(t, status, w.Code, body)
	}
}

func TestRateLimit_saysUntilWhen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := RateLimit(api.NewLimiter(0.5, 1))(say("page"))
		assert.Equal(t, http.StatusOK, ask(h, http.MethodGet, "/").Code)
		w := ask(h, http.MethodGet, "/")
		assert.Equal(t, http.StatusTooManyRequests, w.Code)
		assert.Equal(t, api.ProblemType, w.Header().Get("Content-Type"))
		assert.Equal(t, "2", w.Header().Get("Retry-After"))
		time.Sleep(2 * time.Second)
		assert.Equal(t, http.StatusOK, ask(h, http.MethodGet, "/").Code)
	})
}

func TestClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.7:1234", "", "192.0.2.7"},
		{"192.0.2.7:1234", "198.51.100.1", "192.0.2.7"},             // who says so is no proxy
		{"10.0.0.1:1234", "198.51.100.1", "198.51.100.1"},           // who says so is one
		{"10.0.0.1:1234", "6.6.6.6, 198.51.100.1", "198.51.100.1"},  // the client says the first itself
		{"10.0.0.1:1234", "198.51.100.1, 10.0.0.2", "198.51.100.1"}, // by two proxies
		{"10.0.0.1:1234", "unknown", "10.0.0.1"},
		{"10.0.0.1:1234", "", "10.0.0.1"},
		{"[::ffff:192.0.2.7]:1234", "", "192.0.2.7"},
		{"[2001:db8:1:2:3:4:5:6]:1234", "", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:6:5:4:3]:1234", "", "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:1234", "", "fe80::/64"},
		{"@", "", "@"},
	} {
		var got string
		m := all(t, new(book), 1)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		m(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = Client(r) })).
			ServeHTTP(httptest.NewRecorder(), r)
		assert.Equal(t, c.want, got, "%s %s", c.remote, c.forwarded)
		if c.forwarded == "" {
			assert.Equal(t, c.want, Client(r), "%s, without proxies", c.remote)
		}
	}
}

func TestCrossOrigin_trustsItsOrigins(t *testing.T) {
	t.Parallel()
	cross, err := CrossOrigin("https://Example.com")
	require.NoError(t, err)
	h := cross(say("done"))
	origin := []string{"Origin", "https://example.com", "Sec-Fetch-Site", "cross-site"}
	w := ask(h, http.MethodOptions, "/", append(origin,
		"Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "content-type,if-match")...)
	assert.Equal(t, "PATCH", w.Header().Get("Access-Control-Allow-Methods"))
	assert.Equal(t, "content-type,if-match", w.Header().Get("Access-Control-Allow-Headers"))
	w = ask(h, http.MethodPatch, "/", origin...)
	assert.Equal(t, "done", w.Body.String())
	assert.Equal(t, "https://example.com", w.Header().Get("Access-Control-Allow-Origin"))
	assert.Contains(t, w.Header().Get("Access-Control-Expose-Headers"), "Retry-After")

	assert.Equal(t, "done", ask(h, http.MethodPatch, "/").Body.String(), "no browser")
	assert.Equal(t, "done", ask(h, http.MethodPatch, "/", "Sec-Fetch-Site", "same-origin").Body.String())
	assert.Equal(t, 403, ask(h, http.MethodPatch, "/", "Sec-Fetch-Site", "same-site").Code, "a subdomain is another site here")
}

// With a list for each, a preflight says yes to what is then refused.
func TestCrossOrigin_needsOneList(t *testing.T) {
	t.Parallel()
	h := CORSAlone(http.NewCrossOriginProtection().Handler(say("done")))
	origin := []string{"Origin", "https://example.com", "Sec-Fetch-Site", "cross-site"}
	w := ask(h, http.MethodOptions, "/", append(origin, "Access-Control-Request-Method", "POST")...)
	assert.Equal(t, "POST", w.Header().Get("Access-Control-Allow-Methods"))
	assert.Equal(t, http.StatusForbidden, ask(h, http.MethodPost, "/", origin...).Code)
}
