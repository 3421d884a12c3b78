package node

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// kept is how many spans a process remembers.
const kept = 256

// A Span is one that has ended.
type Span struct {
	Trace   string `json:"trace"`
	ID      string `json:"id"`
	Parent  string `json:"parent,omitempty"`
	Service string `json:"service"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`  // server, client, internal
	Start   int64  `json:"start"` // microseconds since 1970
	Micros  int64  `json:"micros"`
	Failed  bool   `json:"failed"`
}

// A ring is a span processor that keeps the newest spans, for the status page.
type ring struct {
	service string

	mu    sync.Mutex
	spans []Span // a ring when it is full
	next  int
}

func newRing(service string) *ring { return &ring{service: service} }

// OnStart implements sdktrace.SpanProcessor.
func (*ring) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements sdktrace.SpanProcessor.
func (r *ring) OnEnd(s sdktrace.ReadOnlySpan) {
	span := Span{
		Trace: s.SpanContext().TraceID().String(), ID: s.SpanContext().SpanID().String(),
		Service: r.service, Name: s.Name(), Kind: s.SpanKind().String(),
		Start:  s.StartTime().UnixMicro(),
		Micros: s.EndTime().Sub(s.StartTime()).Microseconds(),
		Failed: s.Status().Code == codes.Error,
	}
	if s.Parent().IsValid() {
		span.Parent = s.Parent().SpanID().String()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.spans) < kept {
		r.spans = append(r.spans, span)
		return
	}
	r.spans[r.next] = span
	r.next = (r.next + 1) % kept
}

// Shutdown implements sdktrace.SpanProcessor.
func (*ring) Shutdown(context.Context) error { return nil }

// ForceFlush implements sdktrace.SpanProcessor.
func (*ring) ForceFlush(context.Context) error { return nil }

// newest returns the spans, the oldest first.
func (r *ring) newest() []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Concat(r.spans[r.next:], r.spans[:r.next])
}
