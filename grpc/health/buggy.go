package health

import (
	"context"

	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
)

// GreenAgain sets the status after each look at what the process needs. Compare
// [State].
func GreenAgain(set Set, looks <-chan bool) {
	for well := range looks {
		// BUG(test): GreenAgain knows nothing of a drain, and the next look
		// ends it: balancers send calls to a process that stops.
		set("", well)
	}
}

// WholeOnly says that the process serves. Compare [New].
func WholeOnly(set Set) {
	// BUG(test): WholeOnly sets no service by its name: who asks for it is told
	// NOT_FOUND, which a probe takes for a failure.
	set("", true)
}

// Deep answers a health check by asking the database. Compare [State].
type Deep struct {
	healthv1.UnimplementedHealthServer
	Ping func(ctx context.Context) error
}

// Check implements the service.
func (d Deep) Check(ctx context.Context, _ *healthv1.HealthCheckRequest) (*healthv1.HealthCheckResponse, error) {
	says := healthv1.HealthCheckResponse_SERVING
	// BUG(test): Deep.Check asks what all replicas share: when it is sick, all
	// are taken out at once, with the calls that could do without it.
	if d.Ping(ctx) != nil {
		says = healthv1.HealthCheckResponse_NOT_SERVING
	}
	return &healthv1.HealthCheckResponse{Status: says}, nil
}
