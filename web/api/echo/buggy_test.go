package echo

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/labstack/echo/v5"
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

func none(next echo.HandlerFunc) echo.HandlerFunc { return next }

func ok(c *echo.Context) error { return c.NoContent(http.StatusOK) }

func TestGroupWithout405(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		h := GroupWithout405(none, ok)
		assert.Equal(t, http.StatusOK, ask(h, http.MethodGet, "/users").Code)
		assert.Equal(t, http.StatusNotFound, ask(h, http.MethodDelete, "/users").Code)
	})
}

func TestNew_saysWhatIsAllowed(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		h := New(api.Config{
			Users: memory.New(), Limiter: api.NewLimiter(100, 100),
			Metrics: api.NewMetrics(), Log: slog.New(slog.DiscardHandler),
		})
		w := ask(h, http.MethodDelete, "/users")
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
		assert.Contains(t, w.Header().Get("Allow"), http.MethodPost)
	})
}

// audit has 20 entries written, one after the other, and waits for them.
func audit(h func(*sync.WaitGroup, func(string)) echo.HandlerFunc) map[string]int {
	var logs sync.WaitGroup
	var mu sync.Mutex
	written := make(map[string]int)
	e := echo.New()
	e.POST("/", h(&logs, func(who string) {
		mu.Lock()
		defer mu.Unlock()
		written[who]++
	}))
	for i := range 20 {
		ask(e, http.MethodPost, "/?who="+strconv.Itoa(i))
	}
	logs.Wait()
	return written
}

func TestAuditLater(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() { audit(AuditLater) })
}

func TestAudit_writesEach(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() { assert.Len(t, audit(Audit), 20) })
}
