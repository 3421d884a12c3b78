package middleware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	chimw "github.com/go-chi/chi/v5/middleware"
	"github.com/rs/cors"

	"example.com/goguide/web/api"
)

// MaxBody bounds a body to n bytes, by [http.MaxBytesHandler]. Who reads on
// gets an [*http.MaxBytesError], of which the handler makes a 413.
func MaxBody(n int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.MaxBytesHandler(next, n)
	}
}

// Deadline ends the ctx of a request after d. It answers nothing: the handler
// does, when what it has called returns ctx's error. It ends no handler that
// does not look at its ctx, for which there is [Timeout], and no read of a body
// from a client who does not send, for which there is ReadTimeout of
// [http.Server].
func Deadline(d time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// Timeout answers 503 after d in place of a handler that does not look at its
// ctx, by [http.TimeoutHandler]. That has its price: the whole answer is kept
// in memory until the handler returns, so that there is no Flush and no Hijack,
// and the handler runs on, where nobody counts it. Put it around single
// handlers:
//
//	mux.Handle("GET /report", Timeout(time.Second, log)(report))
//
// It recovers on the goroutine that it runs the handler on. http.TimeoutHandler
// hands a panic on to the other, without its stack (golang/go#27375), and drops
// one that comes after d.
func Timeout(
	d time.Duration,
	log *slog.Logger,
) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		h := Recover(log)(next)
		return http.TimeoutHandler(h, d, "the server took too long\n")
	}
}

// RateLimit answers 429 to a client who asks too often, and says until when.
func RateLimit(l *api.Limiter) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if wait := l.Wait(Client(r)); wait > 0 {
				w.Header().Set("Retry-After", api.RetryAfter(wait))
				refuse(w, http.StatusTooManyRequests, "slow down")
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Client returns who sends a request: the address at the other end of the
// connection, unless chi's ClientIPFromXFF has found another by the word of a
// proxy that is trusted. Of an IPv6 address it is the first 64 bits, since each
// home has all addresses that begin like that.
func Client(r *http.Request) string {
	ip := chimw.GetClientIPAddr(r.Context())
	if !ip.IsValid() {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return r.RemoteAddr // of a Unix socket, say
		}
		ip = peer.Addr().Unmap()
	}
	if ip.Is6() {
		home, _ := ip.Prefix(64) // fails for more than 128
		return home.String()
	}
	return ip.String()
}

var errWildcard = errors.New("a wildcard is no origin")

// CrossOrigin keeps pages of other sites from using this server in the name of
// their visitors, except for those of the origins, which may read the answers
// too. A request without the headers of a browser passes: nobody is tricked
// into sending one.
//
// The protection is [http.CrossOriginProtection], since Go 1.25: it refuses
// what browsers say comes from elsewhere, so that no form needs a token. It
// lets GET, HEAD and OPTIONS pass, which must not change anything.
func CrossOrigin(origins ...string) (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, o := range origins {
		if strings.Contains(o, "*") { // one for cors, a text for protection
			return nil, fmt.Errorf("trust %q: %w", o, errWildcard)
		}
		o = strings.ToLower(o) // as browsers write it, and cors does
		if err := protection.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("trust an origin: %w", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(forbid))
	if len(origins) == 0 { // which is all of them to cors
		return protection.Handler, nil
	}
	readable := cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{
			"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
		},
		AllowedHeaders: []string{
			"Content-Type", "Idempotency-Key",
			"If-Match", "If-None-Match", "X-Request-ID",
		},
		ExposedHeaders: []string{
			"ETag", "Location", "Retry-After", "X-Request-ID",
		},
		AllowCredentials: true,
		MaxAge:           600, // seconds
	})
	return Chain(readable.Handler, protection.Handler), nil
}

func forbid(w http.ResponseWriter, _ *http.Request) {
	refuse(w, http.StatusForbidden, "sent by a page of another site")
}
