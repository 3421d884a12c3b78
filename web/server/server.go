// Package server runs an HTTP server that slow clients cannot hold, and that
// ends without losing a request. It belongs to part 8 of the guide.
//
// The guide starts its servers by http.ListenAndServe(":8080", mux). That
// function has no timeout, so a client that sends a byte now and then keeps a
// connection for ever ([Bare]); and it has no end but the process's, so SIGTERM
// cuts every request off, at each release of the service. What programs have in
// its place loses requests too: the listener is closed before the balancer
// knows ([NoDelay]), main does not wait ([ReturnsEarly]), or Shutdown does not
// ([DoneContext]).
//
//	SIGTERM      Ready says 503, and all is served as before, while
//	             answers ask clients to take a new connection
//	+ Delay      the balancer has moved off: the listener closes, and
//	             requests in handlers go on
//	+ Timeout    what still runs is cancelled, and a little later cut off
//
// # What to write
//
//   - Every timeout of http.Server ([New]). One of them is not enough
//     ([HeaderTimeoutOnly]), and WriteTimeout is none for handlers
//     ([TrustsWriteTimeout]).
//   - A limit to what a body may hold, on both sides ([New], [Get]).
//   - Ready red, wait, then Shutdown, with a context that is not the one that
//     the signal ended, and wait for that ([Server]).
//   - A second signal that ends the process ([Signals]).
//   - A client with a timeout, whose bodies are read to a limit and closed
//     ([NewClient], [Get]).
//
// # What remains
//
// HTTP/1 cannot announce that an idle connection will be closed. A request that
// is on its way when the server closes it is lost: at the end of the Delay, and
// every day at IdleTimeout. Go's client sends it again only if it is a GET,
// HEAD, OPTIONS or TRACE or has an Idempotency-Key; of a POST it reports EOF.
// Hence a Delay in which each client sends something, and an IdleConnTimeout of
// clients below the IdleTimeout of servers. HTTP/2 has GOAWAY for this, which
// net/http sends for the same header.
//
// A connection that was accepted and has sent nothing is no better off: once
// Shutdown has begun, net/http reads its request and drops it without an answer
// (golang/go#75591). That, too, must be over before the Delay is.
//
// Timeouts bound how long, not how many: see LimitListener of
// golang.org/x/net/netutil. Hijacked connections, such as WebSockets, are left
// alone by all of this; http.Server.RegisterOnShutdown is where to end them.
//
// # What finds it
//
// No detector sees a request that a shutdown cuts off, and the process may even
// exit with 0 ([ReturnsEarly]). A test does that has a request in its handler
// when the signal comes, or on its way ([KeepAlivesOff], [NoDelay]).
//
// A server or client that waits for ever hangs the test that waits for it. Over
// a network in memory, as in the tests here, synctest and the deadlock check
// say so as well, and the leak profile of a server; synctest's clock takes 200
// slow clients through a day within seconds. Over a socket these three are
// silent about [Bare]. Of linters, noctx reports [DefaultClient], since it has
// no ctx; gosec, which goguide's configuration leaves out, reports Bare (G114)
// and is content with [HeaderTimeoutOnly].
//
// goleak, synctest and the leak profile see a body that stays open, if part of
// it is unread, which no small answer shows. bodyclose reports that there is no
// Close ([NeverClosed]), but not that one path has none ([ClosedTooLate]). The
// Timeout of a client ends such leaks, each after its 30 s.
package server

import (
	"net/http"
	"time"
)

// MaxBody is how many bytes a request's body may have, 1 MiB.
const MaxBody = 1 << 20

// New returns a server for h in which no client can wait for ever. Its values
// suit an API of small documents; change them before it serves. A single route
// gets other times by [http.ResponseController].
func New(h http.Handler) *http.Server {
	return &http.Server{
		// A read past the limit fails with an http.MaxBytesError, which h
		// should answer with 413. No handler below can raise it.
		Handler: http.MaxBytesHandler(h, MaxBody),
		// From the start of a connection, or the first bytes of a later
		// request, to the end of the headers. It says nothing of bodies.
		ReadHeaderTimeout: 5 * time.Second,
		// From the same moment to the end of the body. A handler that waits
		// for more of it gets an error; one that has read all is not
		// disturbed. For long uploads a handler calls SetReadDeadline first.
		ReadTimeout: 15 * time.Second,
		// From the end of the headers to the last byte of the answer, so the
		// body's time counts, and the handler's. It ends writes and nothing
		// else: the handler runs on with its ctx intact, and the client hears
		// nothing until it returns. To end the work, give it a deadline, as
		// http.TimeoutHandler does. Streams call SetWriteDeadline.
		WriteTimeout: 30 * time.Second,
		// From an answer to the first bytes of the next request. It must be
		// longer than the balancer's or client's own ([NewClient]), so that
		// they are the ones to close a connection, for they know what is on it.
		IdleTimeout: 2 * time.Minute,
		// The default is 1 MiB for each connection. Beyond this limit and some
		// 4 KiB more the answer is 431.
		MaxHeaderBytes: 64 << 10,
	}
}
