package metrics

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	userv1 "example.com/goguide/grpc/proto/user/v1"
)

// ByPath counts the requests to a server of connect-go. Compare
// [Metrics.Connect].
func ByPath(r prometheus.Registerer, next http.Handler) (http.Handler, error) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "requests_total", Help: "Requests.",
	}, []string{"path"})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// BUG(test): ByPath has a series for each path that anybody asks for: a
		// scanner fills the memory, and the monitoring's too.
		requests.WithLabelValues(r.URL.Path).Inc()
		next.ServeHTTP(w, r)
	}), r.Register(requests)
}

// ByUser counts the calls of GetUser. Compare [Metrics.GRPC].
func ByUser(r prometheus.Registerer) (grpc.UnaryServerInterceptor, error) {
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "calls_total", Help: "Calls.",
	}, []string{"user"})
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if get, ok := req.(*userv1.GetUserRequest); ok {
			// BUG(test): ByUser has a series for each user that was ever asked
			// for.
			calls.WithLabelValues(get.GetId()).Inc()
		}
		return next(ctx, req)
	}, r.Register(calls)
}

// EndsOnly counts calls when they end. Compare [Metrics.GRPC].
func EndsOnly(r prometheus.Registerer) (grpc.StreamServerInterceptor, error) {
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "streams_total", Help: "Streams.",
	}, []string{"method"})
	return func(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		err := next(srv, s)
		// BUG(test): EndsOnly says 0 of a server that holds a thousand streams,
		// until the first one ends.
		calls.WithLabelValues(info.FullMethod).Inc()
		return err
	}, r.Register(calls)
}
