package huma

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/goguide/web/api"
	"example.com/goguide/web/api/apitest"
	"example.com/goguide/web/store/memory"
)

//go:generate go test -run=^TestDocument$ -write .

var write = flag.Bool("write", false, "write the OpenAPI document for package apitest")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAPI(t *testing.T) { apitest.Run(t, apitest.Handler(New)) }

// The document that all six are held to is the one that this server has.
func TestDocument(t *testing.T) {
	w := httptest.NewRecorder()
	New(api.Config{
		Users: memory.New(), Limiter: api.NewLimiter(1, 1),
		Metrics: api.NewMetrics(), Log: slog.New(slog.DiscardHandler),
	}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	var doc bytes.Buffer
	require.NoError(t, json.Indent(&doc, w.Body.Bytes(), "", "  "))
	if *write {
		require.NoError(t, os.WriteFile("../apitest/openapi.json", doc.Bytes(), 0o644))
		return
	}
	assert.Equal(t, string(apitest.OpenAPI), doc.String(), "run go generate in this folder")
}
