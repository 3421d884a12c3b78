package health

import (
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"connectrpc.com/grpchealth"
	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const users = "user.v1.UserService"

// A server serves health until stop.
type server func(l net.Listener) (set Set, stop func())

var servers = map[string]server{
	"grpc-go": func(l net.Listener) (Set, func()) {
		h := health.NewServer()
		return GRPC(h), served(l, h)
	},
	"connect": func(l net.Listener) (Set, func()) {
		c := grpchealth.NewStaticChecker()
		mux := http.NewServeMux()
		mux.Handle(grpchealth.NewHandler(c))
		h2c := new(http.Protocols)
		h2c.SetUnencryptedHTTP2(true)
		s := &http.Server{Handler: mux, Protocols: h2c, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), ReadHeaderTimeout: time.Minute}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = s.Serve(l)
		}()
		return Connect(c), func() {
			_ = s.Close()
			<-done
		}
	},
}

// served serves a health service by grpc-go.
func served(l net.Listener, h healthv1.HealthServer) (stop func()) {
	s := grpc.NewServer()
	healthv1.RegisterHealthServer(s, h)
	wait := inmemory.Serve(s, l)
	return func() {
		s.Stop()
		_ = wait()
	}
}

// asking returns a client of a listener.
func asking(t *testing.T, l *memnet.Listener) (healthv1.HealthClient, func()) {
	conn := inmemory.Dial(l)
	return healthv1.NewHealthClient(conn), func() { assert.NoError(t, conn.Close()) }
}

// on runs a test with a client of each server, in memory.
func on(t *testing.T, serve server, test func(set Set, says func(service string) string, c healthv1.HealthClient)) {
	l := memnet.Listen()
	set, stop := serve(l)
	defer stop()
	c, done := asking(t, l)
	defer done()
	test(set, func(service string) string {
		r, err := c.Check(t.Context(), &healthv1.HealthCheckRequest{Service: service})
		if err != nil {
			return status.Code(err).String()
		}
		return r.GetStatus().String()
	}, c)
}

// each runs a scenario with each server.
func each(t *testing.T, scenario func(t *testing.T, serve server)) {
	for name, serve := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t, serve)
		})
	}
}
