// Package everycall sends one cancel through a server's handler, a database
// query and an outgoing RPC, and looks at the far side of each. It belongs to
// part 4.3 of the guide, rule 5: every blocking call takes ctx.
//
// A client that leaves closes a connection or a stream, and net/http ends the
// ctx of its request. That is all that happens by itself. Every call in
// between has to pass the news on, and the chain ends at the first that does
// not:
//
//	client             shop                      database, price server
//	GET /?sku=cup
//	                   db.QueryRow(…)
//	                                             begins to work
//	leaves
//	                   r.Context() has ended
//	                   waits for QueryRow
//	                                             works on, for nobody
//
// Nothing fails. The query keeps a connection of the pool, the RPC a place in
// the other server, the handler its goroutine and its place in the queue. The
// client tries again, and each try adds one more.
//
// # What to write
//
// Where a call may block, three things can be asked for:
//
//   - a variant with ctx: QueryRowContext, ExecContext, BeginTx, Dialer's
//     DialContext, http.NewRequestWithContext, exec.CommandContext ([Units]);
//   - a ctx as the first argument, given the caller's own and not a fresh one
//     ([Cents]);
//   - for a channel, a select with ctx.Done ([Enter]).
//
// For what takes no ctx there is context.AfterFunc, which can set a deadline
// in the past or close the file. Waiting for a sync.Mutex cannot be given up: hold it for
// memory only, never across a call that is in this list.
//
// How the news travels: database/sql hands ctx to the driver, and the driver
// decides. The SQLite here asks ctx every 1,000 steps of its machine; others
// send a cancel to their server. Over HTTP/1 a cancel closes the connection,
// over HTTP/2 it resets the stream. A deadline travels only if the protocol
// has a field for it: gRPC and Connect do, plain HTTP does not.
//
// net/http notices that an HTTP/1 client has left by reading on, and it reads
// on only once the body has been read to its end. See [AskFirst]. Nor does
// FormValue help: it reads a form, and leaves any other body where it is.
//
// A ctx at the beginning of a transaction is not one for its queries. It rolls
// back, but waits for the query that is at work ([Shop.OfferInTx]).
//
// # What finds it
//
// Of the detectors, those for leaks, and only where the far side never
// answers. While it does, merely too late, a test must look at the far side.
// The linters noctx and contextcheck know calls that have a variant with ctx
// and calls that are given a fresh one.
package everycall

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Prices is a client of the price server: article in, cents out.
type Prices = connect.Client[wrapperspb.StringValue, wrapperspb.Int64Value]

// A Shop knows how many of an article there are, and their price.
type Shop struct {
	Turns  chan struct{} // its capacity bounds the requests at work
	DB     *sql.DB
	Prices *Prices
}

// maxBody bounds what Handler reads to its end, in bytes.
const maxBody = 1 << 20

// Handler answers ?sku=… with an offer. The ctx of offer ends when the client
// leaves. A body of more than 1 MiB gets 413.
func Handler(offer func(context.Context, string) (string, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// net/http notices that an HTTP/1 client leaves only after the body was
		// read to its end.
		body := http.MaxBytesReader(w, r.Body, maxBody)
		if _, err := io.Copy(io.Discard, body); err != nil {
			status := http.StatusBadRequest
			if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, "bad body", status)
			return
		}
		text, err := offer(r.Context(), r.URL.Query().Get("sku"))
		if err != nil {
			http.Error(w, "no offer", http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, text)
	})
}

// Offer waits for its turn, looks into the database and asks for the price.
// An error that comes from ctx's end satisfies errors.Is with its cause.
func (s *Shop) Offer(ctx context.Context, sku string) (string, error) {
	if err := Enter(ctx, s.Turns); err != nil {
		return "", err
	}
	defer func() { <-s.Turns }()
	units, err := Units(ctx, s.DB, sku)
	if err != nil {
		return "", err
	}
	cents, err := Cents(ctx, s.Prices, sku)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s at %d cents", units, sku, cents), nil
}

// Enter takes one of the turns; without an error, the caller gives it back by
// a receive.
func Enter(ctx context.Context, turns chan<- struct{}) error {
	select {
	case turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn: %w", context.Cause(ctx))
	}
}

// Units asks the database. When it returns, the query has ended and its
// connection is back in the pool, or soon will be.
func Units(ctx context.Context, db *sql.DB, sku string) (int64, error) {
	var units int64
	err := db.QueryRowContext(ctx,
		`SELECT units FROM stock WHERE sku = ?`, sku).Scan(&units)
	if err != nil {
		return 0, fmt.Errorf("units of %s: %w", sku, withCause(ctx, err))
	}
	return units, nil
}

// Cents asks the price server, which learns of ctx's deadline at once and of
// its end when it comes.
func Cents(ctx context.Context, p *Prices, sku string) (int64, error) {
	reply, err := p.CallUnary(ctx, connect.NewRequest(wrapperspb.String(sku)))
	if err != nil {
		return 0, fmt.Errorf("price of %s: %w", sku, withCause(ctx, err))
	}
	return reply.Msg.GetValue(), nil
}

// withCause adds why ctx has ended, if err does not say so. A driver may
// return an error of its own for a query that it has interrupted.
func withCause(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}
