package middleware

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/goguide/detect"
	"example.com/goguide/web/api"
)

func TestByHeader(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := ByHeader(api.NewLimiter(0.01, 3), say("page"))
		for i := range 100 {
			w := ask(h, http.MethodGet, "/", "X-Forwarded-For", fmt.Sprint("192.0.2.", i))
			assert.Equal(t, http.StatusOK, w.Code)
		}
	})
}

func TestRateLimit_believesNobody(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := RateLimit(api.NewLimiter(0.01, 3))(say("page"))
		for i := range 100 {
			w := ask(h, http.MethodGet, "/", "X-Forwarded-For", fmt.Sprint("192.0.2.", i))
			assert.Equal(t, i < 3, w.Code == http.StatusOK)
		}
	})
}

func TestBuckets_Allow(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var b Buckets
		for i := range 1000 {
			assert.True(t, b.Allow(fmt.Sprint(i)))
		}
		// The bucket of the first is as good as new again. However long one
		// waits, nothing here takes it away.
		later := time.Now().Add(time.Hour)
		assert.InDelta(t, 3, b.clients["0"].TokensAt(later), 0)
		assert.Len(t, b.clients, 1000)
	})
}

func readAll(read *string) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*read = string(b)
	})
}

func TestDrainedBody(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		var read string
		ask(DrainedBody(slog.New(slog.DiscardHandler), readAll(&read)), http.MethodPost, "/")
		assert.Empty(t, read)
	})
}

// The near-miss: who has read the body puts it back.
func TestDrainedBody_putBack(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var read string
		h := func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			readAll(&read).ServeHTTP(w, r)
		}
		ask(MaxBody(10)(http.HandlerFunc(h)), http.MethodPost, "/")
		assert.Equal(t, "{}", read)
	})
}

func TestAnyOrigin(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := ask(AnyOrigin(nil, say("page")), http.MethodGet, "/", "Origin", "https://evil.example")
		assert.Equal(t, "*", w.Header().Get("Access-Control-Allow-Origin"))
	})
}

// form is what a browser sends for a form on a page of another site.
func form(h http.Handler) *httptest.ResponseRecorder {
	return ask(h, http.MethodPost, "/transfer", "Origin", "https://evil.example",
		"Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded")
}

func TestCORSAlone(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := form(CORSAlone(say("done")))
		assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"), "the page may not read it")
		assert.Equal(t, "done", w.Body.String(), "and it is done")
	})
}

func TestCrossOrigin_keepsOthersOut(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, origins := range [][]string{nil, {"https://example.com"}} {
			cross, err := CrossOrigin(origins...)
			require.NoError(t, err)
			w := form(cross(say("done")))
			assert.Equal(t, http.StatusForbidden, w.Code)
			assert.NotContains(t, w.Body.String(), "done")
			w = ask(cross(say("page")), http.MethodGet, "/", "Origin", "https://evil.example")
			assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
		}
	})
}
