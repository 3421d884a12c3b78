package metrics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"example.com/goguide/detect"
	"example.com/goguide/grpc/internal/told"
	feedv1 "example.com/goguide/grpc/proto/feed/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestByPath(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := prometheus.NewRegistry()
		h, err := ByPath(r, http.NotFoundHandler())
		require.NoError(t, err)
		scan(h)
		assert.Len(t, series(t, r), 100)
	})
}

// scan asks for what is not there.
func scan(h http.Handler) {
	for i := range 100 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, fmt.Sprintf("/x.Y/Z%d", i), nil))
	}
}

func TestMetrics_Connect_seesNoScanner(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r, m := measured(t)
		rpc := connect.NewServer(m.Connect())
		userv1connect.RegisterUserServiceHandler(rpc, connectHandler{})
		mux := http.NewServeMux()
		connecthttp.Mount(mux, rpc)
		before := series(t, r)
		scan(mux)
		assert.Equal(t, before, series(t, r))
	})
}

func TestByUser(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := prometheus.NewRegistry()
		i, err := ByUser(r)
		require.NoError(t, err)
		calls(serve(t, handler{get: succeeds}, grpc.ChainUnaryInterceptor(i)))
		assert.Len(t, series(t, r), 100)
	})
}

// calls asks for 100 users.
func calls(c client) {
	for i := range 100 {
		c.get(fmt.Sprint(i))
	}
	c.stop()
}

func TestMetrics_GRPC_isTheSameForAllUsers(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r, m := measured(t)
		before := series(t, r)
		calls(byGRPC(t, m, handler{get: succeeds}))
		after := series(t, r)
		assert.Len(t, after, len(before))
		assert.InDelta(t, 100, after["rpc_server_handled_total OK "+getUser], 0)
	})
}

// The near-miss: a label by what the program knows before.
func TestByUser_ofOne(t *testing.T) {
	t.Parallel()
	detect.Fix(t, func() {
		r := prometheus.NewRegistry()
		i, err := ByUser(r)
		require.NoError(t, err)
		c := serve(t, handler{get: succeeds}, grpc.ChainUnaryInterceptor(i))
		for range 100 {
			c.get("7")
		}
		c.stop()
		assert.Len(t, series(t, r), 1)
	})
}

// held opens a stream, and asks while it runs.
func held(t *testing.T, open func(h handler) client, ask func()) {
	running, release := make(chan struct{}), make(chan struct{})
	c := open(handler{list: func(func() error) error {
		close(running)
		<-release
		return nil
	}})
	done := make(chan codes.Code, 1)
	go func() { done <- c.list() }()
	<-running
	ask()
	close(release)
	assert.Equal(t, codes.OK, <-done)
	c.stop()
}

func TestEndsOnly(t *testing.T) {
	t.Parallel()
	detect.Bug(t, func() {
		r := prometheus.NewRegistry()
		i, err := EndsOnly(r)
		require.NoError(t, err)
		held(t, func(h handler) client { return serve(t, h, grpc.ChainStreamInterceptor(i)) }, func() {
			assert.Empty(t, series(t, r))
		})
		assert.Len(t, series(t, r), 1)
	})
}

func TestMetrics_countStreamsThatRun(t *testing.T) {
	t.Parallel()
	for library, open := range libraries {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			detect.Fix(t, func() {
				r, m := measured(t)
				held(t, func(h handler) client { return open(t, m, h) }, func() {
					assert.InDelta(t, 1, series(t, r)["rpc_server_in_flight "+listUsers], 0)
				})
				assert.Zero(t, series(t, r)["rpc_server_in_flight "+listUsers])
			})
		})
	}
}

// All that is measured of a call and of a stream, in virtual time.
func TestMetrics_ofACallAndAStream(t *testing.T) {
	t.Parallel()
	for library, open := range libraries {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, m := measured(t)
				c := open(t, m, handler{
					get: func() error {
						time.Sleep(3 * time.Second)
						return told.Error(codes.NotFound, "")
					},
					list: func(send func() error) error {
						for range 5 {
							assert.NoError(t, send())
						}
						return nil
					},
				})
				want := series(t, r)
				assert.Equal(t, codes.NotFound, c.get("7"))
				assert.Equal(t, codes.OK, c.list())
				c.stop()
				synctest.Wait()
				want["rpc_server_handled_total NotFound "+getUser] = 1
				want["rpc_server_duration_seconds "+getUser+" count"] = 1
				want["rpc_server_duration_seconds "+getUser] = 3
				want["rpc_server_handled_total OK "+listUsers] = 1
				want["rpc_server_stream_messages_total received "+listUsers] = 1
				want["rpc_server_stream_messages_total sent "+listUsers] = 5
				assert.Equal(t, want, series(t, r))
			})
		})
	}
}

// A handler may return any number as its code, and a proxy any method.
func TestMetrics_haveNoLabelsOfStrangers(t *testing.T) {
	t.Parallel()
	r, m := measured(t)
	for i := range 100 {
		m.begin(fmt.Sprint("/x.Y/Z", i), true)(codes.Code(1000 + i))
	}
	got := series(t, r)
	assert.InDelta(t, 100, got["rpc_server_handled_total Unknown other"], 0)
	assert.NotContains(t, got, "rpc_server_handled_total Code(1000) other")
}

// A call that panics has failed, and runs no more.
func TestMetrics_ofAPanic(t *testing.T) {
	t.Parallel()
	r, m := measured(t)
	next := m.Connect()(func(context.Context, connect.Spec, connect.ServerStream) error { panic("boom") })
	assert.Panics(t, func() { _ = next(t.Context(), connect.Spec{Procedure: getUser}, nil) })
	assert.InDelta(t, 1, series(t, r)["rpc_server_handled_total Internal "+getUser], 0)
	assert.Zero(t, series(t, r)["rpc_server_in_flight "+getUser])
}

func TestNew_twice(t *testing.T) {
	t.Parallel()
	r, _ := measured(t)
	_, err := New(r, feedv1.File_feed_v1_feed_proto)
	var already prometheus.AlreadyRegisteredError
	assert.ErrorAs(t, err, &already)
}
