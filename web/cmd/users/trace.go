package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"example.com/goguide/web/middleware"
)

// tracing returns what makes spans, to be shut down at the end. With -trace=off
// spans are neither kept nor sent, and still have the ids that the log shows:
// that of whoever called, if it sent one (W3C traceparent). Of the others the
// standard variables decide how many are kept (OTEL_TRACES_SAMPLER) and where
// they go (OTEL_EXPORTER_OTLP_…). The default sampler keeps what the caller
// keeps: where strangers call, set traceidratio, or they decide.
func (c *config) tracing(ctx context.Context, stdout io.Writer, log *slog.Logger) (*sdktrace.TracerProvider, error) {
	// The SDK would write lines of its own form between those of the log.
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("tracing", "error", err) }))
	var exporter sdktrace.SpanExporter
	var err error
	switch c.trace {
	case "stdout":
		exporter, err = stdouttrace.New(stdouttrace.WithWriter(stdout))
	case "otlp":
		exporter, err = otlptracehttp.New(ctx)
	default:
		return sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())), nil
	}
	if err != nil {
		return nil, fmt.Errorf("-trace=%s: %w: check the variables OTEL_…", c.trace, err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "users")),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("-trace=%s: %w: check OTEL_RESOURCE_ATTRIBUTES", c.trace, err)
	}
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about)), nil
}

// spans makes a span of each request. It is above the log, which tells its id.
func spans(provider trace.TracerProvider) func(http.Handler) http.Handler {
	return otelhttp.NewMiddleware("",
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithPropagators(propagation.TraceContext{}),
	)
}

// named names the span by the route. otelhttp cannot: the middleware below it
// copies the request, and the router writes the route into the copy.
func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // it passes the request's
			route := middleware.Route(r)
			if route == "" {
				return
			}
			span := trace.SpanFromContext(r.Context())
			span.SetName(r.Method + " " + route)
			span.SetAttributes(attribute.String("http.route", route))
		}()
		next.ServeHTTP(w, r)
	})
}

// A traced handler adds to each line the ids of the span that its ctx belongs
// to.
type traced struct{ slog.Handler }

// Handle implements [slog.Handler].
func (t traced) Handle(ctx context.Context, r slog.Record) error {
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		r.AddAttrs(slog.String("trace_id", s.TraceID().String()), slog.String("span_id", s.SpanID().String()))
	}
	return t.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (t traced) WithGroup(name string) slog.Handler { return traced{t.Handler.WithGroup(name)} }
