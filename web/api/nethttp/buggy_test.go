package nethttp

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/goguide/detect"
	"example.com/goguide/web/api"
	"example.com/goguide/web/store/memory"
)

const two = `{"name":"Ann","email":"ann@example.com"} {"name":"Bob","email":"bob@example.com"}`

// post sends a body to a handler that saves, and returns what it has saved.
func post(h func(func(api.Draft)) http.Handler, body string) (status int, saved []api.Draft) {
	w := httptest.NewRecorder()
	h(func(d api.Draft) { saved = append(saved, d) }).
		ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/users", strings.NewReader(body)))
	return w.Code, saved
}

// make is the API's own handler, and who is in it afterwards.
func postAPI(body string) (w *httptest.ResponseRecorder, users []api.User) {
	store := memory.New()
	h := New(api.Config{
		Users: store, Limiter: api.NewLimiter(100, 100),
		Metrics: api.NewMetrics(), Log: slog.New(slog.DiscardHandler),
	})
	r := httptest.NewRequest(http.MethodPost, "/users", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	page, _ := store.List(r.Context(), "", 10)
	return w, page.Users
}

func TestNoReturn(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		status, saved := post(NoReturn, "{")
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, []api.Draft{{}}, saved)
	})
}

func TestFirstValue(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		status, saved := post(FirstValue, two)
		assert.Equal(t, http.StatusCreated, status)
		assert.Len(t, saved, 1)
	})
}

func TestNew_savesAllOrNothing(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		for _, body := range []string{"{", two} {
			w, users := postAPI(body)
			assert.Equal(t, http.StatusBadRequest, w.Code)
			assert.Empty(t, users)
		}
	})
}

func TestHeaderAfterStatus(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := httptest.NewRecorder()
		HeaderAfterStatus("7").ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/users", nil))
		assert.Equal(t, http.StatusCreated, w.Code)
		assert.Empty(t, w.Result().Header.Get("Location"))
	})
}

func TestNew_setsHeadersFirst(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w, users := postAPI(`{"name":"Ann","email":"ann@example.com"}`)
		assert.Equal(t, "/users/"+users[0].ID, w.Result().Header.Get("Location"))
	})
}
