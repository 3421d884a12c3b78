// String is asked for by %v and %s. %#v and %x see the text itself.
//
// FAILS: It shows a Secret by %#v
package paylog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

type key struct{}

// WithRequest returns a ctx that belongs to a request.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, key{}, id)
}

// New returns a logger that writes lines of JSON.
//
//   - A line written with the ctx of a request has its id as "request_id", at
//     the top, whatever With and WithGroup were called before.
//   - Attributes with the names password, token and authorization, small or
//     capital, are written as "REDACTED", wherever they are, and so is all that
//     is in groups of these names.
//   - In all else it is as a [slog.JSONHandler].
func New(w io.Writer) *slog.Logger {
	next := slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: redacted})
	return slog.New(&handler{next: next})
}

// handler adds the id of the request to each line. To keep it at the top it does
// not open groups in next: it keeps what With and WithGroup said, and puts the
// line together in Handle.
type handler struct {
	next  slog.Handler
	steps []step
}

// A step is a group that was opened, or attributes that were added.
type step struct {
	group string
	attrs []slog.Attr
}

func (h *handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	attrs := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	for _, s := range slices.Backward(h.steps) {
		if s.group != "" {
			attrs = []slog.Attr{slog.GroupAttrs(s.group, attrs...)}
			continue
		}
		attrs = slices.Concat(s.attrs, attrs)
	}
	line := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	if id, ok := ctx.Value(key{}).(string); ok {
		line.AddAttrs(slog.String("request_id", id))
	}
	line.AddAttrs(attrs...)
	return h.next.Handle(ctx, line)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.with(step{attrs: attrs})
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.with(step{group: name})
}

// with copies the steps: two loggers may be made of one.
func (h *handler) with(s step) *handler {
	return &handler{h.next, append(slices.Clip(h.steps), s)}
}

// redacted is called for each attribute that is not a group, at any depth, with
// the names of the groups around it.
func redacted(groups []string, a slog.Attr) slog.Attr {
	if secret(a.Key) || slices.ContainsFunc(groups, secret) {
		a.Value = slog.StringValue("REDACTED")
	}
	return a
}

func secret(name string) bool {
	switch strings.ToLower(name) {
	case "password", "token", "authorization":
		return true
	}
	return false
}

// A Secret is a text that no log may show: it is written as REDACTED, in an
// attribute, in the fields of what is logged, and by every verb of fmt.
type Secret string

// LogValue is for slog, where the Secret is an attribute.
func (Secret) LogValue() slog.Value { return slog.StringValue("REDACTED") }

// MarshalText is for encoding/json, where it is in something else.
func (Secret) MarshalText() ([]byte, error) { return []byte("REDACTED"), nil }

// Format is for fmt. String would not be asked for %#v, %x and %d.
func (Secret) String() string { return "REDACTED" }

// Pay pays an order. If it can, it logs "order paid", with the number as
// "order". If it cannot it logs nothing and returns the error of charge,
// wrapped, with the number in its text: the caller logs it, once.
func Pay(ctx context.Context, log *slog.Logger, order int, charge func(context.Context) error) error {
	if err := charge(ctx); err != nil {
		return fmt.Errorf("paying order %d: %w", order, err)
	}
	log.InfoContext(ctx, "order paid", "order", order)
	return nil
}
