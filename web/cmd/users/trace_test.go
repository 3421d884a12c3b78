package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func TestRoutes_namesSpansByRoute(t *testing.T) {
	t.Parallel()
	p := serve(t, inFile(t))
	p.get(p.public + "/users/nobody")
	p.get(p.public + "/some/path")
	var names []string
	for _, s := range p.spans.GetSpans() {
		names = append(names, s.Name)
	}
	assert.Equal(t, []string{"GET /users/{id}", "GET"}, names, "not by path, of which there is no end")
}

// Each line of a request has the id of its trace, also behind With.
func TestTraced(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log := slog.New(traced{slog.NewJSONHandler(&out, nil)}).With("service", "users")
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	ctx, span := provider.Tracer("").Start(t.Context(), "")
	defer span.End()
	log.InfoContext(ctx, "within")
	log.InfoContext(t.Context(), "without")
	within, without, _ := strings.Cut(out.String(), "\n")
	var line map[string]string
	require.NoError(t, json.Unmarshal([]byte(within), &line))
	assert.Equal(t, span.SpanContext().TraceID().String(), line["trace_id"])
	assert.Equal(t, span.SpanContext().SpanID().String(), line["span_id"])
	assert.NotContains(t, without, "trace_id")
}
