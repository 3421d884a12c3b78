// Package health answers grpc.health.v1, which balancers, Kubernetes and
// grpc-health-probe ask: may this process be sent calls? It belongs to part 9.4
// of the guide.
//
// # What to write
//
// The answer is a state that the program sets, not a check that each question
// runs ([State]): NOT_SERVING while it starts, SERVING, and NOT_SERVING for
// good from the moment at which it drains. Whoever asks for "" asks for the
// process, and whoever asks for a service by its name for that one. A name that
// nobody has set is NOT_FOUND, and a probe fails by it ([WholeOnly]).
//
// What the process depends on is no part of it. All replicas share a database,
// so when it is sick a check that asks it says NOT_SERVING in all of them at
// once: the balancer has nobody left, and calls fail that need no database, or
// that a cache would have answered ([Deep]). The calls that need it fail with
// UNAVAILABLE, and metrics say so. What belongs here is what another replica
// would do better: a start that is not finished, a data set that this one has
// failed to load. [State.Set] says so of a single service.
//
// Draining is said before the server stops (package shutdown). It is final: a
// loop that sets SERVING once more, because all is well, sends calls to a
// process that ends ([GreenAgain]). grpc-go's health server has Shutdown for
// it; grpchealth of connect has not.
//
// Liveness is another question, and its answer is that the process answers at
// all.
//
// # What finds it
//
// Nothing but a test that asks as a balancer would: during the drain, by
// service, and with the dependency down. Here it is the pinned
// grpc-health-probe too.
package health

import (
	"slices"
	"sync"

	"connectrpc.com/grpchealth"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
)

// A Set sets what is answered for a service, or for "", which is the process.
// It is called with a lock held, and must not wait.
type Set func(service string, serving bool)

// A State decides what is answered. Its methods may be called concurrently.
type State struct {
	set      Set
	services []string

	mu      sync.Mutex
	started bool
	drains  bool
	sick    map[string]bool
}

// New returns the state of a process with these services, and says NOT_SERVING
// of all of them and of the process.
func New(set Set, services ...string) *State {
	s := &State{set: set, services: services, sick: make(map[string]bool)}
	s.tell()
	return s
}

// Start says that the process may be sent calls.
func (s *State) Start() {
	s.change(func() { s.started = true })
}

// Set says whether one service may be sent calls: where this replica cannot
// serve it and others can. The process is as before. It panics for a service
// that New was not told of.
func (s *State) Set(service string, serving bool) {
	if !slices.Contains(s.services, service) {
		panic("health: no such service: " + service + "; name it in New")
	}
	s.change(func() { s.sick[service] = !serving })
}

// Drain says NOT_SERVING for good, whatever is set later.
func (s *State) Drain() {
	s.change(func() { s.drains = true })
}

func (s *State) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.tell()
}

func (s *State) tell() {
	up := s.started && !s.drains
	s.set("", up)
	for _, service := range s.services {
		s.set(service, up && !s.sick[service])
	}
}

// Connect sets the status of connect's checker, which grpchealth.NewHandler
// serves.
func Connect(c *grpchealth.StaticChecker) Set {
	return func(service string, serving bool) {
		status := grpchealth.StatusNotServing
		if serving {
			status = grpchealth.StatusServing
		}
		c.SetStatus(service, status)
	}
}

// GRPC sets the status of grpc-go's health server.
func GRPC(s *health.Server) Set {
	return func(service string, serving bool) {
		status := healthv1.HealthCheckResponse_NOT_SERVING
		if serving {
			status = healthv1.HealthCheckResponse_SERVING
		}
		s.SetServingStatus(service, status)
	}
}
