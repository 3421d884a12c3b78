// Package tracing makes one trace of a request and of all calls that it leads
// to, by OpenTelemetry: otelconnect for connect-go, v1 and v2, and otelgrpc for
// grpc-go. It belongs to part 9.4 of the guide.
//
// # What to write
//
// Provider and propagator are given to each library ([Tracing]). Without them
// both take OpenTelemetry's global ones, and the global propagator does nothing
// until it is set: each server then has traces of its own ([NoPropagator]).
//
// otelconnect does not believe a caller's trace unless told to: it starts
// another one and links the two. That is right at the edge, where anybody
// writes the header, and cuts every trace in two between services of our own
// ([Untrusting]); otelgrpc believes unless told not to. [Tracing.Public] sets
// both.
//
// What a handler does in between gets a span by [Do]: a child of the one in
// ctx, ended however the function is left, with the error as its status. A span
// that is not ended is not exported ([NotEnded]); one from context.Background
// is a trace of its own ([FromBackground]); one without a status shows a
// failure as a success ([NoStatus]).
//
// A server's span is an error for the codes that are the server's fault;
// NOT_FOUND is none there, but is one for the client that has got it. Names and
// attributes of spans are for finding them: no ids in a name.
//
// # What finds it
//
// The linter spancheck reports the span that a path does not end, and
// contextcheck the one from context.Background. For the rest there is a test
// with the in-memory exporter of the SDK that looks at parents and states, over
// a network: connect's transport within the process hands the ctx over, span
// included, and so hides a trace that the headers do not carry.
package tracing

import (
	"context"

	"connectrpc.com/connect/v2"
	"connectrpc.com/otelconnect"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
)

// Tracing is how a process traces its calls.
type Tracing struct {
	Provider trace.TracerProvider
	// Public is set for a server that strangers call: their trace is linked to,
	// and not gone on with.
	Public bool
}

// propagator writes and reads the header traceparent. Baggage has a policy of
// its own (package propagation).
var propagator propagation.TraceContext

// ConnectServer returns an interceptor for a server of connect-go. It goes
// first.
func (t Tracing) ConnectServer() (connect.ServerInterceptor, error) {
	options := t.connect()
	if !t.Public {
		options = append(options, otelconnect.WithTrustRemote())
	}
	return otelconnect.NewServerInterceptor(options...)
}

// ConnectClient returns an interceptor for a client of connect-go.
func (t Tracing) ConnectClient() (connect.ClientInterceptor, error) {
	return otelconnect.NewClientInterceptor(t.connect()...)
}

func (t Tracing) connect() []otelconnect.Option {
	return []otelconnect.Option{
		otelconnect.WithTracerProvider(t.Provider),
		otelconnect.WithPropagator(propagator),
		otelconnect.WithoutMetrics(), // package metrics has them
	}
}

// GRPCServer returns an option for a server of grpc-go.
func (t Tracing) GRPCServer() grpc.ServerOption {
	options := t.grpc()
	if t.Public {
		options = append(options, otelgrpc.WithPublicEndpoint())
	}
	return grpc.StatsHandler(otelgrpc.NewServerHandler(options...))
}

// GRPCClient returns an option for a client of grpc-go.
func (t Tracing) GRPCClient() grpc.DialOption {
	return grpc.WithStatsHandler(otelgrpc.NewClientHandler(t.grpc()...))
}

func (t Tracing) grpc() []otelgrpc.Option {
	return []otelgrpc.Option{
		otelgrpc.WithTracerProvider(t.Provider),
		otelgrpc.WithPropagators(propagator),
		otelgrpc.WithMeterProvider(noop.MeterProvider{}), // package metrics has them
	}
}

// Do runs f in a span below that of ctx, and returns f's error, which is the
// span's state.
func Do(ctx context.Context, tracer trace.Tracer, name string, f func(ctx context.Context) error) error {
	ctx, span := tracer.Start(ctx, name)
	defer span.End()
	err := f(ctx)
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
	return err
}
