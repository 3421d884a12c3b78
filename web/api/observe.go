package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/time/rate"
)

// Metrics counts requests and times them.
type Metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
}

// NewMetrics returns metrics in a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds",
			Help: "How long requests took, by method, route and status.",
		}, []string{"method", "route", "status"}),
	}
	m.registry.MustRegister(m.seconds)
	return m
}

// Register adds other metrics to those of the requests, such as a pool's. It
// fails for metrics that are there already.
func (m *Metrics) Register(c prometheus.Collector) error { return m.registry.Register(c) }

// Observe counts one request. route is the pattern that was matched, such as
// /users/{id}, or empty: a raw path in its place would make a time series for
// whatever a stranger asks for.
// Of the method, which a stranger chooses too, the common ones are kept.
func (m *Metrics) Observe(
	method, route string,
	status int,
	took time.Duration,
) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete:
	default:
		method = "other"
	}
	m.seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// ServeHTTP writes the metrics in the form that Prometheus reads.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// A Limiter gives each client a number of requests a second. It forgets a
// client who could begin anew, so that it does not grow with all it has seen.
type Limiter struct {
	limit   rate.Limit
	burst   int
	mu      sync.Mutex
	clients map[string]*client
	swept   time.Time
}

type client struct {
	limiter *rate.Limiter
	seen    time.Time
}

// NewLimiter returns a limiter of perSecond requests a second and client, of
// which burst may come at once. perSecond is positive, burst at least 1.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{
		limit:   rate.Limit(perSecond),
		burst:   burst,
		clients: make(map[string]*client),
		swept:   time.Now(),
	}
}

// Wait takes one request of the client's. It returns 0 if there was one, and
// else after what time there will be.
func (l *Limiter) Wait(name string) time.Duration {
	now := time.Now()
	l.mu.Lock()
	l.sweep(now)
	c := l.clients[name]
	if c == nil {
		c = &client{limiter: rate.NewLimiter(l.limit, l.burst)}
		l.clients[name] = c
	}
	c.seen = now
	l.mu.Unlock()
	r := c.limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// sweep forgets the clients whose bucket is full again.
func (l *Limiter) sweep(now time.Time) {
	full := time.Duration(float64(l.burst) / float64(l.limit) * float64(time.Second))
	if now.Sub(l.swept) < full {
		return
	}
	l.swept = now
	for name, c := range l.clients {
		if now.Sub(c.seen) >= full {
			delete(l.clients, name)
		}
	}
}

// RetryAfter returns the header of that name: whole seconds, rounded up.
func RetryAfter(wait time.Duration) string {
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}
