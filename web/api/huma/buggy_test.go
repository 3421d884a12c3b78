package huma

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/stretchr/testify/assert"

	"example.com/goguide/detect"
)

// serve sends one request to the operation that add adds, with huma's own errors
// in force, as they are in a program that sets no other.
func serve(method, body string, add func(huma.API)) *httptest.ResponseRecorder {
	huma.NewError = humas
	mux := http.NewServeMux()
	add(humago.New(mux, huma.DefaultConfig("Names", "1.0.0")))
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, "/name", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	mux.ServeHTTP(w, r)
	return w
}

var errDial = errors.New("dial 10.0.0.7: password hunter2")

func failing(context.Context) (string, error) { return "", errDial }

func TestPlainError(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := serve("GET", "", func(a huma.API) { PlainError(a, failing) })
		assert.Equal(t, http.StatusInternalServerError, w.Code)
		assert.Contains(t, w.Body.String(), "hunter2")
	})
}

func TestName_tellsTheLog(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		var logged error
		w := serve("GET", "", func(a huma.API) {
			Name(a, func(err error) { logged = err }, failing)
		})
		assert.Equal(t, http.StatusInternalServerError, w.Code)
		assert.NotContains(t, w.Body.String(), "hunter2")
		assert.ErrorIs(t, logged, errDial)
	})
}

func TestAtTheLimit(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := serve("PUT", `"12345678"`, func(a huma.API) { AtTheLimit(a, 10) })
		assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
		w = serve("PUT", `"1234567"`, func(a huma.API) { AtTheLimit(a, 10) })
		assert.Equal(t, http.StatusNoContent, w.Code)
	})
}

func TestUpToTheLimit_takesTheLimit(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := serve("PUT", `"12345678"`, func(a huma.API) { UpToTheLimit(a, 10) })
		assert.Equal(t, http.StatusNoContent, w.Code)
		w = serve("PUT", `"123456789"`, func(a huma.API) { UpToTheLimit(a, 10) })
		assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	})
}
