package chi

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/goguide/detect"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store/memory"
)

func ask(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func page(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("page")) }

func newAPI() http.Handler {
	return New(api.Config{
		Users: memory.New(), Limiter: api.NewLimiter(100, 100),
		Metrics: api.NewMetrics(), Log: slog.New(slog.DiscardHandler),
	})
}

func TestWithoutAllow(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := ask(WithoutAllow(page), http.MethodDelete, "/users")
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
		assert.Empty(t, w.Header()["Allow"])
	})
}

func TestNew_saysWhatIsAllowed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := ask(newAPI(), http.MethodDelete, "/users")
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
		assert.Equal(t, []string{"GET", "HEAD", "POST"}, w.Header()["Allow"])
	})
}

var songs = map[string]string{"AC/DC": "rock", "50%": "rap", "%2F": "noise"}

func TestEscapedFile(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := EscapedFile(songs)
		assert.Equal(t, http.StatusNotFound, ask(h, http.MethodGet, "/files/AC%2FDC").Code)
		assert.Equal(t, "rap", ask(h, http.MethodGet, "/files/50%25").Body.String(), "a name that needs no escaping in a path")
	})
}

func TestFile_findsEachName(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for path, text := range map[string]string{"AC%2FDC": "rock", "50%25": "rap", "%252F": "noise"} {
			assert.Equal(t, text, ask(File(songs), http.MethodGet, "/files/"+path).Body.String(), path)
		}
	})
}

func nobody(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
}

func TestCheckedTooLate(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { CheckedTooLate(nobody, page) })
}

func TestNew_starts(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, http.StatusOK, ask(newAPI(), http.MethodGet, "/healthz").Code)
	})
}
