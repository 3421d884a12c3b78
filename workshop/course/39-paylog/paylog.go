// Package paylog is the log of a service for payments.
//
// # What people see
//
// A customer calls, and has the id of a request that failed. Seven lines were
// written for it, and a search for the id finds two: some have none, and in
// some it is called payment.request_id. A search for "payment failed" finds
// nothing, for each message has a number in it. The alarm counts two errors for
// each that happens. And an auditor has found customers' tokens in the log.
//
// # Your task
//
// Mend the log, and Pay, until they do what their comments say.
package paylog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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
	return slog.New(handler{slog.NewJSONHandler(w, nil)})
}

// handler adds the id of the request to each line.
type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(key{}).(string); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// A Secret is a text that no log may show: it is written as REDACTED, in an
// attribute, in the fields of what is logged, and by every verb of fmt.
type Secret string

// String returns REDACTED.
func (Secret) String() string { return "REDACTED" }

// Pay pays an order. If it can, it logs "order paid", with the number as
// "order". If it cannot it logs nothing and returns the error of charge,
// wrapped, with the number in its text: the caller logs it, once.
func Pay(ctx context.Context, log *slog.Logger, order int, charge func(context.Context) error) error {
	if err := charge(ctx); err != nil {
		log.ErrorContext(ctx, fmt.Sprintf("payment of order %d failed: %v", order, err))
		return fmt.Errorf("paying order %d: %w", order, err)
	}
	log.Info(fmt.Sprintf("order %d paid", order))
	return nil
}
