package chain

import (
	"context"
	"testing"

	"connectrpc.com/connect/v2"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// served returns a client of connect within the process: there all is written
// when a call has ended.
func served(server ...connect.ServerInterceptor) inmemory.Client {
	return inmemory.Connect(inmemory.Methods{Get: found}, server)
}

func whole(t *testing.T, w *world) inmemory.Client {
	server, err := w.Server.Connect()
	require.NoError(t, err)
	return served(server...)
}

// logged calls without an id, so that the server makes one, and returns what
// the log has as such.
func logged(t *testing.T, w *world, client inmemory.Client) any {
	_, err := client.Get(t.Context(), "7")
	assert.NoError(t, err)
	lines := w.lines(t)
	require.Len(t, lines, 1)
	return lines[0]["request_id"]
}

func TestLogsFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := newWorld(t, 1)
		assert.Empty(t, logged(t, w, served(LogsFirst(w.Log)...)))
	})
}

func TestServer_Connect_logsTheID(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := newWorld(t, 1)
		assert.Len(t, logged(t, w, whole(t, w)), 26)
	})
}

// overloaded calls thrice at once where one is allowed, and returns how many
// refusals the metrics and the log have.
func overloaded(t *testing.T, w *world, client inmemory.Client) (counted float64, lines int) {
	for i := range 3 {
		_, err := client.Get(t.Context(), "7")
		assert.Equal(t, i > 0, inmemory.Code(err) == codes.ResourceExhausted)
	}
	for _, line := range w.lines(t) {
		if line["code"] == codes.ResourceExhausted.String() {
			lines++
		}
	}
	return w.handled(t, codes.ResourceExhausted), lines
}

func TestLimitsFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := newWorld(t, 1)
		counted, lines := overloaded(t, w, served(LimitsFirst(w.Limiter, w.Metrics, w.Log)...))
		assert.Zero(t, counted)
		assert.Zero(t, lines)
	})
}

func TestServer_Connect_countsRefusals(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := newWorld(t, 1)
		counted, lines := overloaded(t, w, whole(t, w))
		assert.InDelta(t, 2, counted, 0)
		assert.Equal(t, 2, lines)
	})
}

// second returns what the second of two calls is told, and how many details.
func second(t *testing.T, server ...grpc.ServerOption) (codes.Code, int) {
	client := inmemory.GRPC(inmemory.Methods{Get: found}, server)
	defer client.Close()
	_, err := client.Get(t.Context(), "7")
	assert.NoError(t, err)
	_, err = client.Get(t.Context(), "7")
	return inmemory.Code(err), len(inmemory.Status(err).Details())
}

func TestTableFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		code, details := second(t, TableFirst(newWorld(t, 1).Limiter)...)
		assert.Equal(t, codes.Internal, code)
		assert.Zero(t, details)
	})
}

func TestServer_GRPC_saysWhenToComeBack(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		code, details := second(t, newWorld(t, 1).Server.GRPC()...)
		assert.Equal(t, codes.ResourceExhausted, code)
		assert.Equal(t, 1, details)
	})
}

// down calls a server that is down, once, and returns how often it was asked.
func down(t *testing.T, client ...grpc.DialOption) (asked int) {
	c := inmemory.GRPC(inmemory.Methods{Get: func(context.Context, string) (*userv1.User, error) {
		asked++
		return nil, unavailable
	}}, nil, client...)
	defer c.Close()
	_, err := c.Get(t.Context(), "7")
	assert.Equal(t, codes.Unavailable, inmemory.Code(err))
	return asked
}

func TestBreakerFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := newWorld(t, 1)
		assert.Equal(t, 3, down(t, BreakerFirst(w.Breaker, quick(t))))
		assert.Equal(t, gobreaker.StateClosed, w.Breaker.State())
	})
}

func TestClient_GRPC_countsTries(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := newWorld(t, 1)
		assert.Equal(t, 3, down(t, Client{Retry: quick(t), Breaker: w.Breaker}.GRPC()...))
		assert.Equal(t, gobreaker.StateOpen, w.Breaker.State())
	})
}

// traced calls a server that fails twice, and returns the client's spans.
func traced(t *testing.T, w *world, client ...connect.ClientInterceptor) int {
	c := inmemory.Connect(failing(2), nil, client...)
	_, err := c.Get(t.Context(), "7")
	assert.NoError(t, err)
	return w.kinds()[trace.SpanKindClient]
}

func TestTracesFirst(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		w := newWorld(t, 1)
		client, err := TracesFirst(*w.Server.Tracing, quick(t))
		require.NoError(t, err)
		assert.Equal(t, 1, traced(t, w, client...))
	})
}

func TestClient_Connect_hasASpanForEachTry(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		w := newWorld(t, 1)
		client, err := Client{Retry: quick(t), Tracing: w.Server.Tracing}.Connect()
		require.NoError(t, err)
		assert.Equal(t, 3, traced(t, w, client...))
	})
}
