//go:build unix

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Spans are sent at the end, those of the last request too: the exporter would
// have waited for 5 s.
func TestTerm_sendsTheSpans(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent strings.Builder
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		assert.Equal(t, "/v1/traces", r.URL.Path)
		_, err := io.Copy(&sent, r.Body)
		assert.NoError(t, err)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	defer collector.Close()
	const id = "0af7651916cd43dd8448eb211c80319c"
	for _, to := range []string{"stdout", "otlp"} {
		p := begin(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL, "OTEL_SERVICE_NAME=people"},
			"-data", filepath.Join(t.TempDir(), "users.db"), "-trace", to, "-delay", "0")
		c := client(t)
		_, _, err := ask(c, http.MethodGet, p.users+"users/nobody", "", "traceparent", "00-"+id+"-b7ad6b7169203331-01")
		require.NoError(t, err)
		c.CloseIdleConnections()
		p.signal()
		status, lines := p.ended()
		assert.Zero(t, status, p.stderr.String())
		assert.Contains(t, p.stderr.String(), `"trace_id":"`+id+`"`)
		if to == "stdout" {
			mu.Lock()
			sent.WriteString(strings.Join(lines, "\n"))
			mu.Unlock()
			assert.Contains(t, sent.String(), id)
		}
		mu.Lock()
		for _, text := range []string{"GET /users/{id}", "http.route", "people"} {
			assert.Contains(t, sent.String(), text, to)
		}
		sent.Reset()
		mu.Unlock()
	}
}

// A collector that says nothing costs spans, and no more than that, though the
// exporter would wait for an hour.
func TestTerm_endsWithoutACollector(t *testing.T) {
	t.Parallel()
	const hour = "3600000" // ms
	env := []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + taken(t),
		"OTEL_EXPORTER_OTLP_TIMEOUT=" + hour, "OTEL_BSP_EXPORT_TIMEOUT=" + hour,
	}
	p := begin(t, env, "-data", filepath.Join(t.TempDir(), "users.db"), "-trace", "otlp", "-delay", "0")
	c := client(t)
	status, _, err := ask(c, http.MethodGet, p.users+"users", "")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	c.CloseIdleConnections()
	p.signal()
	end, _ := p.ended()
	assert.Zero(t, end, p.stderr.String())
	assert.Contains(t, p.stderr.String(), `"msg":"tracing"`)
	logged(t, p.stderr.String())
}
