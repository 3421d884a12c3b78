// Package metadata shows what belongs into a ctx's values, and what happens
// with the rest. It belongs to part 4.3 of the guide, rule 4: Value is for
// request metadata only.
//
// A value in a ctx is an argument that no signature shows. Nobody notices when
// it is not there: Value returns nil, and a comma-ok makes it the zero value.
//
//	GET /orders                      nightly export, added last week
//	ctx = with tenant "ana"
//	ListOrders(ctx, all)
//	    // orders of ana
//	                                 ListOrders(ctx, all)
//	                                     // compiles; tenant is ""
//	                                     // orders of everybody
//
// # What to write
//
// Ask what the program does if the value is missing. If its results are the
// same, and only a log line or a trace is poorer, then it is metadata:
// request ID, trace, who is asking, for the log ([With], [Middleware],
// [LogHandler]). If the results differ, it is a parameter: a tenant to filter
// by, a limit, a transaction ([Orders], [Transfer]). So a user may stand in a
// ctx for the log and be a parameter of what may be seen.
//
// And it only travels one way. A ctx is used by many goroutines at once, so
// what it holds must not change, or lock itself; what a call finds out is a
// result ([Sizes]).
//
// How keys are made, and why of a type of their own, is in package values.
//
// # What finds it
//
// The race detector finds the map that several goroutines fill. For a value
// that is missing there is no tool: Value may return nil. A test sees it that
// takes the path on which it is missing, and who thinks of that path does not
// forget the value.
package metadata

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
)

// Info is what is known about a request and changes no result.
type Info struct {
	RequestID string
	User      string
}

type infoKey struct{}

// With returns a ctx that holds a copy of info.
func With(ctx context.Context, info Info) context.Context {
	return context.WithValue(ctx, infoKey{}, info)
}

// From returns the info that ctx holds, if there is one.
func From(ctx context.Context) (Info, bool) {
	info, ok := ctx.Value(infoKey{}).(Info)
	return info, ok
}

// Middleware gives each request its info, and its client the request's ID.
// The function describe must have checked what it tells.
func Middleware(
	next http.Handler,
	describe func(*http.Request) Info,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := describe(r)
		w.Header().Set("X-Request-ID", info.RequestID)
		next.ServeHTTP(w, r.WithContext(With(r.Context(), info)))
	})
}

// LogHandler adds the info of a ctx to each line that is logged with that ctx
// by InfoContext and its siblings. Inside a group it stands in the group.
type LogHandler struct {
	Next slog.Handler
}

// Enabled implements slog.Handler.
func (h LogHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h LogHandler) Handle(ctx context.Context, r slog.Record) error {
	if info, ok := From(ctx); ok {
		r = r.Clone() // the caller may hand it to other handlers
		r.AddAttrs(
			slog.String("request", info.RequestID),
			slog.String("user", info.User),
		)
	}
	return h.Next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h LogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return LogHandler{h.Next.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h LogHandler) WithGroup(name string) slog.Handler {
	return LogHandler{h.Next.WithGroup(name)}
}

// An Order belongs to a tenant.
type Order struct {
	Tenant string
	Cents  int
}

// Orders returns those of one tenant. The tenant decides the result, so it is
// a parameter, and nobody calls Orders without.
func Orders(ctx context.Context, all []Order, tenant string) ([]Order, error) {
	var own []Order
	for _, o := range all {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("orders of %s: %w", tenant, err)
		}
		if o.Tenant == tenant {
			own = append(own, o)
		}
	}
	return own, nil
}

// Accounts is a database, or one of its transactions.
type Accounts interface {
	// Add changes the balance of an account.
	Add(ctx context.Context, account string, cents int) error
}

// A Bank begins transactions. InTx commits if f returns nil, and rolls back
// otherwise.
type Bank interface {
	Accounts
	InTx(ctx context.Context, f func(tx Accounts) error) error
}

// Transfer moves money from one account to another, or leaves both as they
// are. The steps have tx as a parameter: they cannot do without.
func Transfer(
	ctx context.Context,
	bank Bank,
	from, to string,
	cents int,
) error {
	err := bank.InTx(ctx, func(tx Accounts) error {
		if err := tx.Add(ctx, to, cents); err != nil {
			return err
		}
		return tx.Add(ctx, from, -cents)
	})
	if err != nil {
		return fmt.Errorf("transfer %d from %s to %s: %w", cents, from, to, err)
	}
	return nil
}

// Sizes loads all parts of a page at once and returns their sizes in order.
func Sizes(
	ctx context.Context,
	parts []string,
	load func(context.Context, string) int,
) []int {
	sizes := make([]int, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() { sizes[i] = load(ctx, part) })
	}
	wg.Wait()
	return sizes
}
