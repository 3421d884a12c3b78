package middleware

import (
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/rs/cors"
	"golang.org/x/time/rate"

	"example.com/goguide/web/api"
)

// ByHeader bounds how often a client may ask. Compare [RateLimit].
func ByHeader(l *api.Limiter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// BUG(test): ByHeader takes X-Forwarded-For for the client, and anybody
		// may send that: who makes up a new address each time is never refused.
		if l.Wait(r.Header.Get("X-Forwarded-For")) > 0 {
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Buckets bounds how often each client may ask. Compare [api.Limiter].
type Buckets struct {
	mu      sync.Mutex
	clients map[string]*rate.Limiter
}

// Allow takes one request of the client's, if there is one.
func (b *Buckets) Allow(client string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.clients[client]
	if !ok {
		l = rate.NewLimiter(rate.Limit(1), 3)
		if b.clients == nil {
			b.clients = make(map[string]*rate.Limiter)
		}
		// BUG(test): Buckets.Allow keeps every client whom it ever saw, though
		// the bucket of one who was gone for some seconds is full, as a new
		// one.
		b.clients[client] = l
	}
	return l.Allow()
}

// DrainedBody logs what was sent. Compare [MaxBody].
func DrainedBody(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// BUG(test): DrainedBody reads the body, which can be read once: the
		// handler finds none. And it has no limit to what it reads.
		body, err := io.ReadAll(r.Body)
		log.DebugContext(r.Context(), "request",
			"body", string(body), "error", err)
		next.ServeHTTP(w, r)
	})
}

// AnyOrigin lets pages of the origins read the answers. Compare [CrossOrigin].
func AnyOrigin(origins []string, next http.Handler) http.Handler {
	// BUG(test): AnyOrigin without origins, as with an empty variable of the
	// environment, lets the pages of all: that is what no origin means to cors.
	return cors.New(cors.Options{AllowedOrigins: origins}).Handler(next)
}

// CORSAlone keeps other sites out. Compare [CrossOrigin].
func CORSAlone(next http.Handler) http.Handler {
	// BUG(test): CORSAlone bounds who may read an answer, and a form on any
	// page needs none: what it sends, in the visitor's name, is done.
	origins := []string{"https://example.com"}
	return cors.New(cors.Options{AllowedOrigins: origins}).Handler(next)
}
