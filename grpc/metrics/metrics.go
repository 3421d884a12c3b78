// Package metrics measures the calls of a server for Prometheus: how many, how
// they ended and how long they took, by procedure. It belongs to part 9.4 of
// the guide.
//
// # What to write
//
// Rate, errors and duration of each procedure ([Metrics]): a counter by
// procedure and code, whose sum is the rate, and a histogram. A mean is no use,
// and neither is a rate of errors that counts the callers' mistakes: with the
// code as a label a query takes those that it wants.
//
// A stream that lasts an hour has no latency, and until it ends it is in no
// counter of ended calls. So streams are counted while they run, and their
// messages; the histogram has single calls only.
//
// # Labels
//
// Each set of labels is a series, which costs memory in the process and in
// Prometheus for as long as both run. So a label has few values that the
// program knows before: here the procedures of the .proto files, "other", and
// the 17 codes. A label by user, tenant or request grows without end
// ([ByUser]). So does one of what a client has written, as the path of a URL: a
// scanner that asks for a thousand paths makes a thousand series ([ByPath]).
// Interceptors of both libraries see methods that exist and no others;
// middleware of net/http, stats.Handler of grpc-go and its
// UnknownServiceHandler see whatever was asked for.
//
// The series of known procedures exist from the start, with 0: rate() does not
// see the step from nothing to the first error.
//
// # What finds it
//
// A test that counts series after calls that differ.
package metrics

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Other stands for a procedure that no .proto has.
const Other = "other"

// Metrics are those of a server. Its methods may be called concurrently.
type Metrics struct {
	handled  *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight *prometheus.GaugeVec
	messages *prometheus.CounterVec
	known    map[string]bool
}

// New returns metrics of the services in files, registered with r:
//
//	rpc_server_handled_total{procedure, code}            calls that have ended
//	rpc_server_duration_seconds{procedure}               of single calls
//	rpc_server_in_flight{procedure}                      calls that run
//	rpc_server_stream_messages_total{procedure, direction}
//
// It fails if r has them already.
func New(r prometheus.Registerer, files ...protoreflect.FileDescriptor) (*Metrics, error) {
	m := &Metrics{
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rpc_server_handled_total", Help: "Calls that have ended.",
		}, []string{"procedure", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rpc_server_duration_seconds", Help: "How long single calls took.",
			Buckets: prometheus.DefBuckets, // 5 ms to 10 s
		}, []string{"procedure"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "rpc_server_in_flight", Help: "Calls that run.",
		}, []string{"procedure"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rpc_server_stream_messages_total", Help: "Messages of streams.",
		}, []string{"procedure", "direction"}),
		known: make(map[string]bool),
	}
	for _, f := range files {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				m.expect("/"+string(s.FullName())+"/"+string(s.Methods().Get(j).Name()), s.Methods().Get(j))
			}
		}
	}
	return m, errors.Join(r.Register(m.handled), r.Register(m.seconds), r.Register(m.inFlight), r.Register(m.messages))
}

// expect makes the series of a procedure that are to be there from the start.
func (m *Metrics) expect(procedure string, method protoreflect.MethodDescriptor) {
	m.known[procedure] = true
	m.inFlight.WithLabelValues(procedure)
	for _, c := range []codes.Code{codes.OK, codes.Internal, codes.Unavailable} {
		m.handled.WithLabelValues(procedure, c.String())
	}
	if method.IsStreamingClient() || method.IsStreamingServer() {
		m.messages.WithLabelValues(procedure, "received")
		m.messages.WithLabelValues(procedure, "sent")
	} else {
		m.seconds.WithLabelValues(procedure)
	}
}

// label returns the value of the label procedure.
func (m *Metrics) label(procedure string) string {
	if m.known[procedure] {
		return procedure
	}
	return Other
}

// begin says that a call has begun. A call that panics has failed with
// Internal.
func (m *Metrics) begin(procedure string, stream bool) (end func(c codes.Code)) {
	procedure = m.label(procedure)
	start := time.Now()
	running := m.inFlight.WithLabelValues(procedure)
	running.Inc()
	return func(c codes.Code) {
		running.Dec()
		if c > codes.Unauthenticated { // the last one; a handler may return any number
			c = codes.Unknown
		}
		m.handled.WithLabelValues(procedure, c.String()).Inc()
		if !stream {
			m.seconds.WithLabelValues(procedure).Observe(time.Since(start).Seconds())
		}
	}
}

// counters returns those of a stream's messages.
func (m *Metrics) counters(procedure string) (received, sent prometheus.Counter) {
	procedure = m.label(procedure)
	return m.messages.WithLabelValues(procedure, "received"), m.messages.WithLabelValues(procedure, "sent")
}

// counted counts what a Send or Receive has done.
func counted(c prometheus.Counter, err error) error {
	if err == nil {
		c.Inc()
	}
	return err
}
