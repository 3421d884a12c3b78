package apitest

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"example.com/goguide/detect/recorder"
	"example.com/goguide/web/api"
	"example.com/goguide/web/api/nethttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, FasthttpStays()...) }

// broken returns the failures of a rule with a server that wrap has broken.
func broken(t *testing.T, r rule, wrap func(http.Handler) http.Handler) []string {
	s := newSession(t, Handler(func(c api.Config) http.Handler { return wrap(nethttp.New(c)) }))
	return recorder.Failures(func(seen *recorder.T) { r.check(seen, s) })
}

// Each rule fails where a server breaks it, and with a server that does not it
// passes, or this test would prove nothing.
func TestRules(t *testing.T) {
	for _, r := range rules {
		wrap, ok := breakers[r.name]
		if !assert.True(t, ok, "no breaker for %q", r.name) {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			assert.NotEmpty(t, broken(t, r, wrap))
			assert.Empty(t, broken(t, r, func(h http.Handler) http.Handler { return h }))
		})
	}
}

// edit returns a breaker that changes what the server has answered.
func edit(f func(r *http.Request, w *httptest.ResponseRecorder)) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			f(r, rec)
			maps.Copy(w.Header(), rec.Header())
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes())
		})
	}
}

// request returns a breaker that changes what the server is asked.
func request(f func(r *http.Request)) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f(r)
			h.ServeHTTP(w, r)
		})
	}
}

// status returns a breaker that answers with one status for another.
func status(from, to int) func(http.Handler) http.Handler {
	return edit(func(_ *http.Request, w *httptest.ResponseRecorder) {
		if w.Code == from {
			w.Code = to
		}
	})
}

func replace(from, to string) func(http.Handler) http.Handler {
	return edit(func(_ *http.Request, w *httptest.ResponseRecorder) {
		text := strings.ReplaceAll(w.Body.String(), from, to)
		w.Body = bytes.NewBufferString(text)
	})
}

func without(header string) func(http.Handler) http.Handler {
	return edit(func(_ *http.Request, w *httptest.ResponseRecorder) { w.Header().Del(header) })
}

func deaf(header string) func(http.Handler) http.Handler {
	return request(func(r *http.Request) { r.Header.Del(header) })
}

// breakers do what a server might well do wrong, a rule each.
var breakers = map[string]func(http.Handler) http.Handler{
	"what is posted can be got": without("ETag"),
	"a list has pages, and each user once": request(func(r *http.Request) {
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "cursor", "page")
	}),
	"limit and cursor are checked": request(func(r *http.Request) {
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "limit=101", "limit=100")
	}),
	"a patch changes what it names":     status(200, 204),
	"what is deleted is gone":           status(404, 410),
	"If-Match lets one of many win":     deaf("If-Match"),
	"If-None-Match saves the body":      deaf("If-None-Match"),
	"an Idempotency-Key makes one user": deaf("Idempotency-Key"),
	"an address has one user":           status(409, 400),
	"400: what is not JSON":             status(400, 422),
	"422: what is against the rules":    replace(`"errors"`, `"flaws"`),
	"413: what is too large":            status(413, 400),
	"415: what is not said to be JSON": request(func(r *http.Request) {
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/json")
		}
	}),
	"404: what is not there":          request(func(r *http.Request) { r.URL.Path = strings.TrimSuffix(r.URL.Path, "/") }),
	"405: what that method cannot do": without("Allow"),
	"HEAD is GET without the body": edit(func(r *http.Request, w *httptest.ResponseRecorder) {
		if r.Method == http.MethodHead {
			w.Code = http.StatusMethodNotAllowed
		}
	}),
	"429: who asks too often": request(func(r *http.Request) {
		if name := r.Header.Get("X-Forwarded-For"); name != "" {
			r.RemoteAddr = name + ":1"
		}
	}),
	"500: an error tells the log, not the client": replace(`"status":500`, `"status":500,"detail":"hunter2"`),
	"500: a panic ends one request": func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				panic(http.ErrAbortHandler)
			}
			h.ServeHTTP(w, r)
		})
	},
	"503: a store that does not answer": without("Retry-After"),
	"every answer has an id, fit for a log": edit(func(r *http.Request, w *httptest.ResponseRecorder) {
		w.Header().Set("X-Request-ID", r.Header.Get("X-Request-ID"))
	}),
	"metrics count routes, not paths": replace(`route="/users/{id}"`, `route="/users/nobody"`),
	"requests do not mix":             edit(mixUp()),
}

// mixUp returns an edit that gives each the answer to the one before.
func mixUp() func(*http.Request, *httptest.ResponseRecorder) {
	var mu sync.Mutex
	var last *bytes.Buffer
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		mu.Lock()
		defer mu.Unlock()
		w.Body, last = cmp.Or(last, w.Body), w.Body
	}
}
