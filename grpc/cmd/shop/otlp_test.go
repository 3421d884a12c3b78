package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collectorv1 "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A collector is where spans are sent to.
type collector struct {
	*httptest.Server

	mu sync.Mutex
	// services are those that have sent spans of a trace.
	services map[string]map[string]bool
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{services: make(map[string]map[string]bool)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		sent := new(collectorv1.ExportTraceServiceRequest)
		assert.NoError(t, proto.Unmarshal(b, sent))
		assert.Equal(t, "/v1/traces", r.URL.Path)
		c.keep(sent)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) keep(sent *collectorv1.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range sent.GetResourceSpans() {
		service := ""
		for _, a := range of.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				service = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range of.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				id := hex.EncodeToString(span.GetTraceId())
				if c.services[id] == nil {
					c.services[id] = make(map[string]bool)
				}
				c.services[id][service] = true
			}
		}
	}
}

// whole returns how many traces have spans of all services.
func (c *collector) whole() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, services := range c.services {
		if services["gateway"] && services["orders"] && services["users"] {
			n++
		}
	}
	return n
}

// A collector that is away costs spans, and no more than that.
func TestService_endsWithoutACollector(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_SERVICE_NAME", "shop")
	ctx, cancel := context.WithCancel(t.Context())
	l := new(log)
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- config{only: "users", data: t.TempDir(), listen: "127.0.0.1:0", admin: "127.0.0.1:0"}.
			service(ctx, l.Slog(), new(bytes.Buffer), in)
	}()
	line := make([]byte, 1024)
	n, err := out.Read(line)
	require.NoError(t, err)
	var at addresses
	require.NoError(t, json.Unmarshal(line[:n], &at))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		"http://"+at.Public+"/user.v1.UserService/GetUser", bytes.NewReader([]byte("{}")))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: new(http.Transport)}
	res, err := client.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	client.CloseIdleConnections()
	cancel()
	require.NoError(t, <-ended)
	assert.Contains(t, l.String(), `"msg":"tracing"`)
}
