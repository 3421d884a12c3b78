// Package middleware is what stands around the handlers of a service: request
// id, access log, recover, deadline, limits of body and rate, CORS and the
// protection against forged requests, for net/http and for every router that
// takes its handlers, such as chi. It belongs to part 8.1 of the guide.
//
// Each is a func(http.Handler) http.Handler, or returns one. What each of them
// does is little; what goes wrong is mostly the order, and who writes the
// answer when. [New] has them in this order, from the outside in:
//
//	RequestID       all below name the request; it copies it (see Log)
//	MaxBody         copies it too, and must have the server's own writer to
//	                end the connection of a client that sends too much
//	Deadline        copies it too
//	Log             sees what the client gets, also of those below. The router
//	                writes the route into the request that it is given: one
//	                that was copied below Log keeps the route from it
//	Measure         likewise
//	Recover         below both, or they do not see its 500
//	CrossOrigin     above all that refuses: a script may read a 429 only with
//	                CORS on it; a preflight and a forged request cost no token
//	RateLimit       the last, and before any work
//	the router      chi: r.Use(it), not it(r), for chi copies the request
//	Timeout         around one route's handler, below the router
//
// In short: what copies the request is above the log, what answers is below it.
// TestOrder swaps each pair and shows what is lost.
//
// # What to write
//
//   - A deadline is the ctx of the request ([Deadline]). It ends whatever obeys
//     its ctx, and the handler answers, alone. Nothing ends a handler that does
//     not look; [Timeout] answers for it, at a price, and lets it run on.
//   - Never write to w from two goroutines, nor after the handler has returned
//     ([SelectTimeout], [LockedTimeout]): net/http has lent the buffer below
//     w to the next request by then.
//   - recover on the goroutine that panics ([RecoverOutside], and package
//     panics of part 2). Once the answer has begun, panic on with
//     [http.ErrAbortHandler], or the client takes half of it for the whole.
//   - A ResponseWriter around another has an Unwrap, for
//     [http.ResponseController], and a Flush of its own, since a flush begins
//     the answer ([Recorder]).
//   - The client of a limit is who holds the connection, never what a header
//     says unless a proxy of yours wrote it ([Client]). Forget clients.
//   - CORS lets a page of another site read an answer. It stops no request: a
//     form is sent all the same ([CORSAlone]). [http.CrossOriginProtection]
//     does. Both need the same list, or a preflight says yes to a request that
//     is then a 403 ([CrossOrigin]).
//
// # What finds it
//
// The race detector sees two writers of one answer where they meet
// ([SelectTimeout]), and not one who comes too late in an order that a lock or a
// channel gives ([LockedTimeout]). A panic of another goroutine ends the process
// in any test that has it. All the rest is silent under every detector and for
// every linter here, and found by a test with a client: one that leaves, sends
// too much, reads to the end, lies.
package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	chimw "github.com/go-chi/chi/v5/middleware"

	"example.com/goguide/web/api"
)

// Config is what [New] is made of. Log, Limiter, Deadline and MaxBody are
// required.
type Config struct {
	Log      *slog.Logger
	Limiter  *api.Limiter
	Deadline time.Duration // of a whole request, its body included
	MaxBody  int64         // bytes
	// Proxies are the address ranges, as 10.0.0.0/8, of the proxies in front of
	// this server. Theirs alone is an X-Forwarded-For that is believed.
	Proxies []string
	// Origins are the other sites, as https://example.com, whose pages may use
	// this server with the cookies of their user.
	Origins []string
	// Observe is told of each answer, for a metric, unless it is nil.
	Observe func(method, route string, status int, took time.Duration)
}

// New returns all middleware in the order of the package comment, as one. Its
// error says which of the proxies or origins is none.
func New(c Config) (func(http.Handler) http.Handler, error) {
	cross, err := CrossOrigin(c.Origins...)
	if err != nil {
		return nil, err
	}
	client, measure := Chain(), Chain() // nothing
	if c.Observe != nil {
		measure = Measure(c.Observe)
	}
	if len(c.Proxies) > 0 {
		for _, p := range c.Proxies {
			if _, err := netip.ParsePrefix(p); err != nil {
				return nil, fmt.Errorf("trust a proxy: %w", err)
			}
		}
		client = chimw.ClientIPFromXFF(c.Proxies...) // copies the request
	}
	return Chain(
		RequestID,
		client,
		MaxBody(c.MaxBody),
		Deadline(c.Deadline),
		Log(c.Log),
		measure,
		Recover(c.Log),
		cross,
		RateLimit(c.Limiter),
	), nil
}

// Chain makes one middleware of many. The first is the outermost, as with chi's
// Use: it sees the request first and the answer last.
func Chain(
	all ...func(http.Handler) http.Handler,
) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		for _, m := range slices.Backward(all) {
			h = m(h)
		}
		return h
	}
}
