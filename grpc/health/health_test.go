package health

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/pinned"
)

func TestGreenAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, serve server) {
		detect.Bug(t, func() {
			on(t, serve, func(set Set, says func(string) string, _ healthv1.HealthClient) {
				set("", false) // the drain has begun
				require.Equal(t, "NOT_SERVING", says(""))
				looked(func(looks <-chan bool) { GreenAgain(set, looks) })
				assert.Equal(t, "SERVING", says(""))
			})
		})
	})
}

// looked has a loop look once and find all well.
func looked(loop func(looks <-chan bool)) {
	looks := make(chan bool, 1)
	looks <- true
	close(looks)
	loop(looks)
}

// The near-miss: grpc-go's Shutdown is for good.
func TestGreenAgain_afterShutdown(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		on(t, func(l net.Listener) (Set, func()) {
			h := health.NewServer()
			h.Shutdown()
			return GRPC(h), served(l, h)
		}, func(set Set, says func(string) string, _ healthv1.HealthClient) {
			looked(func(looks <-chan bool) { GreenAgain(set, looks) })
			assert.Equal(t, "NOT_SERVING", says(""))
		})
	})
}

func TestState_Drain_isForGood(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, serve server) {
		detect.Fix(t, func() {
			on(t, serve, func(set Set, says func(string) string, _ healthv1.HealthClient) {
				s := New(set, users)
				assert.Equal(t, "NOT_SERVING", says(""), "it starts")
				s.Start()
				assert.Equal(t, "SERVING", says(""))
				s.Drain()
				looked(func(looks <-chan bool) {
					for well := range looks {
						s.Start()
						s.Set(users, well)
					}
				})
				assert.Equal(t, "NOT_SERVING", says(""))
				assert.Equal(t, "NOT_SERVING", says(users))
			})
		})
	})
}

func TestWholeOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, serve server) {
		detect.Bug(t, func() {
			on(t, serve, func(set Set, says func(string) string, _ healthv1.HealthClient) {
				set("", false)
				WholeOnly(set)
				assert.Equal(t, "SERVING", says(""))
				assert.Equal(t, "NotFound", says(users))
			})
		})
	})
}

// The near-miss: whoever asks for the process is answered.
func TestWholeOnly_asked(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		on(t, servers["connect"], func(set Set, says func(string) string, _ healthv1.HealthClient) {
			set("", false)
			WholeOnly(set)
			assert.Equal(t, "SERVING", says(""))
		})
	})
}

func TestState_Set_isForOneService(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, serve server) {
		detect.Fix(t, func() {
			on(t, serve, func(set Set, says func(string) string, _ healthv1.HealthClient) {
				s := New(set, users, "feed.v1.FeedService")
				s.Set(users, false)
				s.Start()
				assert.Equal(t, "NOT_SERVING", says(users))
				assert.Equal(t, "SERVING", says("feed.v1.FeedService"))
				assert.Equal(t, "SERVING", says(""))
				s.Set(users, true)
				assert.Equal(t, "SERVING", says(users))
				assert.Panics(t, func() { s.Set("user.v1.Nobody", true) })
			})
		})
	})
}

// replicas is how many of three are sent calls, all of which have one database.
func replicas(t *testing.T, serve server) (up int) {
	for range 3 {
		on(t, serve, func(_ Set, says func(string) string, _ healthv1.HealthClient) {
			if says("") == "SERVING" {
				up++
			}
		})
	}
	return up
}

func deep(ping func(context.Context) error) server {
	return func(l net.Listener) (Set, func()) { return nil, served(l, Deep{Ping: ping}) }
}

func TestDeep_Check(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		sick := deep(func(context.Context) error { return errors.New("no route to host") })
		assert.Zero(t, replicas(t, sick), "the balancer has nobody")
	})
}

// The near-miss: on a good day it says the same.
func TestDeep_Check_well(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 3, replicas(t, deep(func(context.Context) error { return nil })))
	})
}

func TestState_isNotOfTheDatabase(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		assert.Equal(t, 3, replicas(t, func(l net.Listener) (Set, func()) {
			set, stop := servers["grpc-go"](l)
			New(set, users).Start()
			return set, stop
		}))
	})
}

// Who watches is told at once, by both libraries.
func TestState_tellsWhoWatches(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, serve server) {
		on(t, serve, func(set Set, _ func(string) string, c healthv1.HealthClient) {
			s := New(set, users)
			s.Start()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w, err := c.Watch(ctx, &healthv1.HealthCheckRequest{Service: users})
			require.NoError(t, err)
			r, err := w.Recv()
			require.NoError(t, err)
			assert.Equal(t, "SERVING", r.GetStatus().String())
			s.Drain()
			r, err = w.Recv()
			require.NoError(t, err)
			assert.Equal(t, "NOT_SERVING", r.GetStatus().String())
			cancel()
			_, err = w.Recv()
			assert.Equal(t, codes.Canceled, status.Code(err))
		})
	})
}

// probe runs the pinned grpc-health-probe, which go generate builds, and returns
// its exit code.
func probe(t *testing.T, addr, service string) int {
	c := pinned.Command(t, "../..", "grpc-health-probe", "-addr", addr, "-service", service, "-connect-timeout", "60s", "-rpc-timeout", "60s")
	out, _ := c.CombinedOutput()
	require.NotNil(t, c.ProcessState, "%s", out)
	t.Logf("%q %s", service, out)
	return c.ProcessState.ExitCode()
}

func TestState_isWhatTheProbeSees(t *testing.T) {
	t.Parallel()
	const healthy, failed, unhealthy = 0, 3, 4
	each(t, func(t *testing.T, serve server) {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		set, stop := serve(l)
		defer stop()
		addr := l.Addr().String()
		s := New(set, users, "feed.v1.FeedService")
		assert.Equal(t, unhealthy, probe(t, addr, ""), "it starts")
		s.Start()
		assert.Equal(t, healthy, probe(t, addr, ""))
		assert.Equal(t, failed, probe(t, addr, "user.v1.Nobody"))
		s.Set(users, false)
		assert.Equal(t, unhealthy, probe(t, addr, users))
		assert.Equal(t, healthy, probe(t, addr, "feed.v1.FeedService"))
		s.Drain()
		s.Set(users, true)
		assert.Equal(t, unhealthy, probe(t, addr, users))
		assert.Equal(t, unhealthy, probe(t, addr, ""))
	})
}
