package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// exporter returns what sends spans to a collector by OTLP over HTTP, if one of
// the standard variables says where that is, and else nil. The others of
// OpenTelemetry's variables are obeyed too: OTEL_TRACES_SAMPLER,
// OTEL_EXPORTER_OTLP_HEADERS and so on.
func exporter(ctx context.Context, log *slog.Logger) (sdktrace.SpanExporter, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	// The SDK would write lines of its own form between those of the log.
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("tracing", "error", err) }))
	e, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w: check the variables OTEL_…", err)
	}
	return e, nil
}
