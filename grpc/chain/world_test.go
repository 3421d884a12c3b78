package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect/logbook"
	"example.com/goguide/grpc/breaker"
	"example.com/goguide/grpc/deadline"
	"example.com/goguide/grpc/internal/inmemory"
	"example.com/goguide/grpc/metrics"
	"example.com/goguide/grpc/propagation"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/ratelimit"
	"example.com/goguide/grpc/retry"
	"example.com/goguide/grpc/timeout"
	"example.com/goguide/grpc/tracing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const getUser = "/user.v1.UserService/GetUser"

// A world has all rows, and all that they write to.
type world struct {
	Server
	Client

	registry *prometheus.Registry
	spans    *tracetest.InMemoryExporter
	log      logbook.Book
}

// newWorld returns one whose server takes burst calls of a caller at once.
func newWorld(t testing.TB, burst int) *world {
	w := &world{registry: prometheus.NewRegistry(), spans: tracetest.NewInMemoryExporter()}
	m, err := metrics.New(w.registry, userv1.File_user_v1_user_proto)
	require.NoError(t, err)
	l, err := ratelimit.New(ratelimit.Config{
		Rate: 1, Burst: burst, Keys: 10,
		Key: func(context.Context) string { return "" },
	})
	require.NoError(t, err)
	limits, err := timeout.New(10*time.Second, time.Minute)
	require.NoError(t, err)
	passed, err := propagation.New([]string{"accept-language"}, nil)
	require.NoError(t, err)
	p, err := retry.New(retry.Default)
	require.NoError(t, err)
	c := breaker.Default
	c.Calls = 3
	b, err := breaker.New(c)
	require.NoError(t, err)
	tr := &tracing.Tracing{Provider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(w.spans))}
	w.Server = Server{
		Tracing: tr, Metrics: m, Log: w.log.Slog(),
		Limiter: l, Timeout: limits, Propagation: &passed,
	}
	w.Client = Client{
		Ours: true, Retry: p, Breaker: b, Tracing: tr,
		Deadline: &deadline.Budget{Limit: 5 * time.Second},
	}
	return w
}

// A build serves and dials by one library.
type build func(t testing.TB, w *world, m inmemory.Methods) inmemory.Client

func byConnect(t testing.TB, w *world, m inmemory.Methods) inmemory.Client {
	server, err := w.Server.Connect()
	require.NoError(t, err)
	client, err := w.Client.Connect()
	require.NoError(t, err)
	return inmemory.ConnectHTTP(m, server, nil, client...)
}

func byGRPC(_ testing.TB, w *world, m inmemory.Methods) inmemory.Client {
	return inmemory.GRPC(m, w.Server.GRPC(), w.Client.GRPC()...)
}

// each runs a test in a bubble, by each library.
func each(t *testing.T, burst int, test func(t *testing.T, w *world, serve build)) {
	t.Parallel()
	for name, serve := range map[string]build{"connect": byConnect, "grpc": byGRPC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, burst), serve) })
		})
	}
}

// lines returns the log's lines.
func (w *world) lines(t testing.TB) (all []map[string]any) {
	for line := range bytes.Lines([]byte(w.log.String())) {
		var m map[string]any
		require.NoError(t, json.Unmarshal(line, &m))
		all = append(all, m)
	}
	return all
}

// handled returns how many calls have ended with a code.
func (w *world) handled(t testing.TB, code codes.Code) float64 {
	families, err := w.registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() != "rpc_server_handled_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := make(map[string]string)
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["procedure"] == getUser && labels["code"] == code.String() {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

// kinds counts the spans that have ended.
func (w *world) kinds() map[trace.SpanKind]int {
	n := make(map[trace.SpanKind]int)
	for _, s := range w.spans.GetSpans() {
		n[s.SpanKind]++
	}
	return n
}
