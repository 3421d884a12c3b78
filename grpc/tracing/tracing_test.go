package tracing

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	rpccodes "google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/told"
)

func TestTracing_isOneTraceOverTwoHops(t *testing.T) {
	t.Parallel()
	for name, hops := range map[string][2]library{
		"connect, connect": {byConnect, byConnect},
		"connect, grpc-go": {byConnect, byGRPC},
		"grpc-go, connect": {byGRPC, byConnect},
		"grpc-go, grpc-go": {byGRPC, byGRPC},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				tr, e := recorded()
				through(t, tr, hops[0], hops[1])
				assert.Equal(t, whole, chain(t, e.GetSpans()))
			}, detect.Within(5*time.Second))
		})
	}
}

// A program that has a meter for something else must not get each call's metrics
// a second time.
func TestTracing_leavesMetricsToOthers(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]library{"connect": byConnect, "grpc-go": byGRPC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				r := sdkmetric.NewManualReader()
				otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r))) // of this child alone
				tr, _ := recorded()
				through(t, tr, by, by)
				var got metricdata.ResourceMetrics
				require.NoError(t, r.Collect(t.Context(), &got))
				assert.Empty(t, got.ScopeMetrics)
			}, detect.Within(5*time.Second))
		})
	}
}

// untrusting is a server of connect-go with the defaults of otelconnect.
func untrusting(t *testing.T, tr Tracing, get get) (get, func()) {
	i, err := Untrusting(tr.Provider)
	require.NoError(t, err)
	return connected(t, tr, i, get)
}

// traces returns how many there are, and how many links.
func traces(spans tracetest.SpanStubs) (n, links int) {
	ids := make(map[trace.TraceID]bool)
	for _, s := range spans {
		ids[s.SpanContext.TraceID()] = true
		links += len(s.Links)
	}
	return len(ids), links
}

func TestUntrusting(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		tr, e := recorded()
		through(t, tr, untrusting, untrusting)
		n, links := traces(e.GetSpans())
		assert.Equal(t, 3, n, "the client's, and one for each server")
		assert.Equal(t, 2, links)
	}, detect.Within(5*time.Second))
}

func TestNoPropagator(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		tr, e := recorded()
		by := func(t *testing.T, tr Tracing, get get) (get, func()) {
			server, client := NoPropagator(tr.Provider)
			return dialed(t, server, client, get)
		}
		through(t, tr, by, by)
		n, links := traces(e.GetSpans())
		assert.Equal(t, 3, n, "the client's, and one for each server")
		assert.Zero(t, links)
	})
}

// The near-miss: that is right where strangers call.
func TestTracing_Public(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]library{"connect": byConnect, "grpc-go": byGRPC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				tr, e := recorded()
				tr.Public = true
				call, stop := by(t, tr, func(context.Context) error { return nil })
				require.NoError(t, call(context.Background()))
				stop()
				n, links := traces(e.GetSpans())
				assert.Equal(t, 2, n)
				assert.Equal(t, 1, links)
			}, detect.Within(5*time.Second))
		})
	}
}

// The state of both ends' spans, by the code.
func TestTracing_statusIsByCode(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]library{"connect": byConnect, "grpc-go": byGRPC} {
		for code, server := range map[rpccodes.Code]codes.Code{
			rpccodes.OK:              codes.Unset,
			rpccodes.NotFound:        codes.Unset, // the caller's
			rpccodes.InvalidArgument: codes.Unset,
			rpccodes.Internal:        codes.Error,
			rpccodes.Unavailable:     codes.Error,
		} {
			t.Run(name+"/"+code.String(), func(t *testing.T) {
				t.Parallel()
				tr, e := recorded()
				call, stop := by(t, tr, func(context.Context) error { return coded(code) })
				client := codes.Error
				if err := call(t.Context()); err == nil {
					client = codes.Unset
				}
				stop()
				got := make(map[trace.SpanKind]codes.Code)
				for _, s := range e.GetSpans() {
					got[s.SpanKind] = s.Status.Code
				}
				assert.Equal(t, map[trace.SpanKind]codes.Code{trace.SpanKindClient: client, trace.SpanKindServer: server}, got)
				assert.Equal(t, code == rpccodes.OK, client == codes.Unset)
			})
		}
	}
}

// coded returns an error of both libraries.
func coded(c rpccodes.Code) error {
	if c == rpccodes.OK {
		return nil
	}
	return told.Error(c, "")
}

// A doer is Do or one of its bugs.
type doer func(ctx context.Context, tracer trace.Tracer, name string, f func(ctx context.Context) error) error

var errDown = errors.New("database is down")

// work does work that fails with err below a span "call", and returns what was
// exported of the work.
func work(t *testing.T, do doer, err error) (work tracetest.SpanStub, exported, below bool) {
	tr, e := recorded()
	tracer := tr.Provider.Tracer("test")
	ctx, call := tracer.Start(t.Context(), "call")
	assert.Equal(t, err, do(ctx, tracer, "work", func(context.Context) error { return err }))
	call.End()
	for _, s := range e.GetSpans() {
		if s.Name == "work" {
			return s, true, s.Parent.SpanID() == call.SpanContext().SpanID()
		}
	}
	return work, false, false
}

func TestNotEnded(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, exported, _ := work(t, NotEnded, errDown)
		assert.False(t, exported)
	})
}

// The near-miss: it does end the span of what succeeds.
func TestNotEnded_success(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		_, exported, below := work(t, NotEnded, nil)
		assert.True(t, exported)
		assert.True(t, below)
	})
}

func TestFromBackground(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		_, exported, below := work(t, FromBackground, errDown)
		assert.True(t, exported)
		assert.False(t, below)
	})
}

func TestNoStatus(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		s, exported, _ := work(t, NoStatus, errDown)
		assert.True(t, exported)
		assert.Equal(t, codes.Unset, s.Status.Code)
	})
}

func TestDo(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		s, exported, below := work(t, Do, errDown)
		assert.True(t, exported)
		assert.True(t, below)
		assert.Equal(t, sdktrace.Status{Code: codes.Error, Description: errDown.Error()}, s.Status)
		require.Len(t, s.Events, 1)
		s, _, _ = work(t, Do, nil)
		assert.Equal(t, codes.Unset, s.Status.Code)
		assert.Empty(t, s.Events)
	})
}

// A panic ends the span too.
func TestDo_ofAPanic(t *testing.T) {
	t.Parallel()
	tr, e := recorded()
	assert.Panics(t, func() {
		_ = Do(t.Context(), tr.Provider.Tracer("test"), "work", func(context.Context) error { panic("boom") })
	})
	assert.Len(t, e.GetSpans(), 1)
}
