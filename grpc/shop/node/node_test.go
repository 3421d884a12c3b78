package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectinprocess"
	"connectrpc.com/connect/v2/connectproto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
	"example.com/goguide/grpc/shop/identity"
	"example.com/goguide/grpc/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is what a node of a test serves.
type service struct {
	userv1connect.UnimplementedUserServiceHandler

	get func(ctx context.Context, id string) (*userv1.User, error)
}

func (s service) GetUser(ctx context.Context, r *userv1.GetUserRequest) (*userv1.User, error) {
	return s.get(ctx, r.GetId())
}

// A running node, and what it has logged.
type running struct {
	*Node

	public, admin string
	log           *bytes.Buffer // to be read when it has ended
	end           func()
}

func start(t *testing.T, c Config, get func(context.Context, string) (*userv1.User, error)) *running {
	t.Helper()
	r := &running{log: new(bytes.Buffer)}
	c.Name, c.Listen, c.Admin = "users", "127.0.0.1:0", "127.0.0.1:0"
	c.Log = slog.New(slog.NewTextHandler(r.log, nil))
	var err error
	r.Node, err = New(c)
	require.NoError(t, err)
	rpc, err := r.Server(Edge{}, users.StatusOf, userv1.File_user_v1_user_proto)
	require.NoError(t, err)
	userv1connect.RegisterUserServiceHandler(rpc, service{get: get})
	r.Mount(rpc)
	r.Serving(userv1connect.UserServiceName)
	ctx, cancel := context.WithCancel(t.Context())
	serving, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- r.Run(ctx, func(public, admin net.Addr) {
			r.public, r.admin = "http://"+public.String(), "http://"+admin.String()
			close(serving)
		})
	}()
	<-serving
	r.end = sync.OnceFunc(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	return r
}

// calls returns a client of a node, with the token that it shows.
func calls(t *testing.T, to *running, token string) (c userv1connect.UserServiceClient, n *Node, done func()) {
	t.Helper()
	n, err := New(Config{Name: "test", Token: token, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	client, err := n.Client("users", to.public)
	require.NoError(t, err)
	return userv1connect.NewUserServiceClient(client), n, func() {
		for _, idle := range n.idle {
			idle()
		}
	}
}

func TestNode(t *testing.T) {
	t.Parallel()
	n := start(t, Config{Token: "secret"}, func(_ context.Context, id string) (*userv1.User, error) {
		if id == "panics" {
			panic("a bug")
		}
		return &userv1.User{Id: id}, nil
	})
	c, client, done := calls(t, n, "secret")
	defer done()
	u, err := c.GetUser(t.Context(), &userv1.GetUserRequest{Id: "7"})
	require.NoError(t, err)
	assert.Equal(t, "7", u.GetId())
	_, err = c.GetUser(t.Context(), &userv1.GetUserRequest{Id: "panics"})
	assert.Equal(t, connect.CodeInternal, connect.CodeOf(err))
	assert.NotContains(t, err.Error(), "a bug")
	for _, token := range []string{"", "wrong", "secret2"} {
		stranger, _, done := calls(t, n, token)
		_, err = stranger.GetUser(t.Context(), &userv1.GetUserRequest{Id: "7"})
		assert.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(err), token)
		done()
	}

	// What it tells about itself.
	h := &http.Client{Transport: new(http.Transport)}
	defer h.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.admin+"/status", http.NoBody)
	require.NoError(t, err)
	res, err := h.Do(r)
	require.NoError(t, err)
	var s Status
	require.NoError(t, json.NewDecoder(res.Body).Decode(&s))
	require.NoError(t, res.Body.Close())
	for _, p := range s.Procedures {
		if p.Name == userv1connect.UserServiceGetUserProcedure {
			assert.Equal(t, map[string]uint64{"OK": 1, "Internal": 1, "Unauthenticated": 3, "Unavailable": 0}, p.Codes)
			assert.EqualValues(t, 5, p.Buckets[len(p.Buckets)-1].Calls)
		}
	}
	require.Len(t, s.Spans, 5)
	assert.Equal(t, client.spans.newest()[0].Trace, s.Spans[0].Trace, "a trace goes on")
	assert.Equal(t, "closed", client.breakers["users"]())

	// Its health, as an orchestrator asks for it.
	conn, err := grpc.NewClient(strings.TrimPrefix(n.public, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	healthy, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: userv1connect.UserServiceName})
	require.NoError(t, err, "without a token")
	assert.Equal(t, healthv1.HealthCheckResponse_SERVING, healthy.GetStatus())
	require.NoError(t, conn.Close())

	n.end()
	assert.NotContains(t, n.log.String(), "secret")
	assert.Contains(t, n.log.String(), "a bug")
}

// sent is where spans are exported to. It is read when it was shut down.
type sent struct {
	names []string
	ended chan struct{}
}

func (s *sent) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, span := range spans {
		name, _ := span.Resource().Set().Value("service.name")
		s.names = append(s.names, name.AsString()+" "+span.Name())
	}
	return nil
}

func (s *sent) Shutdown(context.Context) error {
	close(s.ended)
	return nil
}

// The last span is sent too: the exporter would have waited for 5 s.
func TestNode_exportsItsSpans(t *testing.T) {
	t.Parallel()
	to := &sent{ended: make(chan struct{})}
	n := start(t, Config{Exporter: to}, func(_ context.Context, id string) (*userv1.User, error) {
		return &userv1.User{Id: id}, nil
	})
	c, _, done := calls(t, n, "")
	_, err := c.GetUser(t.Context(), &userv1.GetUserRequest{Id: "7"})
	require.NoError(t, err)
	done()
	n.end()
	<-to.ended
	assert.Equal(t, []string{"users user.v1.UserService/GetUser"}, to.names)
	assert.Len(t, n.spans.newest(), 1, "and the page has it as well")
}

// Whoever calls shows a certificate of the authority, and the token beside it.
func TestNode_withTLS(t *testing.T) {
	t.Parallel()
	ours, err := identity.NewAuthority(time.Hour)
	require.NoError(t, err)
	theirs, err := identity.NewAuthority(time.Hour)
	require.NoError(t, err)
	issue := func(a *identity.Authority, service string) identity.Files {
		f, err := a.Issue(t.TempDir(), service, time.Hour)
		require.NoError(t, err)
		return f
	}
	n := start(t, Config{Token: "secret", TLS: issue(ours, "users")}, func(_ context.Context, id string) (*userv1.User, error) {
		return &userv1.User{Id: id}, nil
	})
	defer n.end()
	stranger := issue(theirs, "orders")
	stranger.CA = issue(ours, "orders").CA // it believes us
	for name, c := range map[string]struct {
		to, token string
		files     identity.Files
		want      connect.Code // 0 is for a call that is served
	}{
		"the right one":      {"https", "secret", issue(ours, "orders"), 0},
		"no token":           {"https", "", issue(ours, "orders"), connect.CodeUnauthenticated},
		"another authority":  {"https", "secret", stranger, connect.CodeUnavailable},
		"one that trusts it": {"https", "secret", issue(theirs, "orders"), connect.CodeUnavailable},
		"no certificate":     {"https", "secret", identity.Files{}, connect.CodeUnavailable},
		"no TLS":             {"http", "secret", identity.Files{}, connect.CodeUnavailable},
	} {
		m, err := New(Config{Name: "orders", Token: c.token, TLS: c.files, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		client, err := m.Client("users", strings.Replace(n.public, "http", c.to, 1))
		require.NoError(t, err)
		u, err := userv1connect.NewUserServiceClient(client).GetUser(t.Context(), &userv1.GetUserRequest{Id: "7"})
		if c.want == 0 {
			require.NoError(t, err, name)
			assert.Equal(t, "7", u.GetId())
		} else {
			assert.Equal(t, c.want, connect.CodeOf(err), "%s: %v", name, err)
		}
		for _, idle := range m.idle {
			idle()
		}
	}

	// An orchestrator, which has no certificate, asks the private port.
	conn, err := grpc.NewClient(strings.TrimPrefix(n.admin, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	healthy, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: userv1connect.UserServiceName})
	require.NoError(t, err)
	assert.Equal(t, healthv1.HealthCheckResponse_SERVING, healthy.GetStatus())
	require.NoError(t, conn.Close())
}

// A call that runs is answered, and the next finds nobody.
func TestNode_drains(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	n := start(t, Config{}, func(_ context.Context, id string) (*userv1.User, error) {
		close(began)
		<-end
		return &userv1.User{Id: id}, nil
	})
	c, _, done := calls(t, n, "")
	defer done()
	answer := make(chan error)
	go func() {
		_, err := c.GetUser(t.Context(), &userv1.GetUserRequest{Id: "7"})
		answer <- err
	}()
	<-began
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.end()
	}()
	for { // until it listens no more
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(n.public, "http://"))
		if err != nil {
			break
		}
		require.NoError(t, conn.Close())
	}
	close(end)
	assert.NoError(t, <-answer)
	<-ended
}

// One call too many is refused, and the next has the place again.
func TestCrowd(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	rpc := connect.NewServer(crowd(make(chan struct{}, 1)).refuse)
	userv1connect.RegisterUserServiceHandler(rpc, service{get: func(_ context.Context, id string) (*userv1.User, error) {
		began <- struct{}{}
		<-end
		return &userv1.User{Id: id}, nil
	}})
	c := userv1connect.NewUserServiceClient(connect.NewClient(connectinprocess.New(rpc)))
	for range 2 {
		var first sync.WaitGroup
		first.Go(func() {
			_, err := c.GetUser(t.Context(), new(userv1.GetUserRequest))
			assert.NoError(t, err)
		})
		<-began
		_, err := c.GetUser(t.Context(), new(userv1.GetUserRequest))
		e, ok := errors.AsType[*connect.Error](err)
		require.True(t, ok)
		assert.Equal(t, connect.CodeResourceExhausted, e.Code())
		info, err := connectproto.UnmarshalErrorDetail(e.Details()[0])
		require.NoError(t, err)
		assert.IsType(t, new(errdetails.RetryInfo), info)
		end <- struct{}{}
		first.Wait()
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	n := start(t, Config{Faulty: true}, func(_ context.Context, id string) (*userv1.User, error) {
		return &userv1.User{Id: id}, nil
	})
	defer n.end()
	c, _, done := calls(t, n, "")
	defer done()
	h := &http.Client{Transport: new(http.Transport)}
	defer h.CloseIdleConnections()
	set := func(query string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.admin+"/faults"+query, http.NoBody)
		require.NoError(t, err)
		res, err := h.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	get := func(d time.Duration) connect.Code {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		_, err := c.GetUser(ctx, &userv1.GetUserRequest{Id: "7"})
		if err == nil {
			return 0
		}
		return connect.CodeOf(err)
	}
	for _, bad := range []string{"?errors=2", "?errors=-1", "?errors=NaN", "?errors=x", "?latency=2", "?serial=-1s"} {
		assert.Equal(t, http.StatusBadRequest, set(bad), bad)
	}
	require.Equal(t, http.StatusNoContent, set("?errors=1"))
	assert.Equal(t, connect.CodeUnavailable, get(time.Minute))
	require.Equal(t, http.StatusNoContent, set("?latency=1h"))
	assert.Equal(t, connect.CodeDeadlineExceeded, get(100*time.Millisecond))
	require.Equal(t, http.StatusNoContent, set("?serial=1ms"))
	assert.Zero(t, get(time.Minute))
	require.Equal(t, http.StatusNoContent, set(""))
	assert.Zero(t, get(time.Minute))
}

func TestNew_knowsItsRows(t *testing.T) {
	t.Parallel()
	for _, row := range Rows {
		n, err := New(Config{Without: []string{row}, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		assert.True(t, n.Off(row))
	}
	_, err := New(Config{Without: []string{"breaks"}, Log: slog.New(slog.DiscardHandler)})
	assert.ErrorContains(t, err, "expected some of breaker")
}

func TestRing_keepsTheNewest(t *testing.T) {
	t.Parallel()
	r := newRing("users")
	for i := range kept + 10 {
		r.OnEnd(tracetest.SpanStub{Name: strconv.Itoa(i)}.Snapshot())
	}
	spans := r.newest()
	require.Len(t, spans, kept)
	assert.Equal(t, "10", spans[0].Name)
	assert.Equal(t, strconv.Itoa(kept+9), spans[kept-1].Name)
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	buckets := []Bucket{{1, 50}, {2, 100}, {4, 100}}
	assert.InDelta(t, 1, Quantile(buckets, 0.5), 1e-9)
	assert.InDelta(t, 1.98, Quantile(buckets, 0.99), 1e-9)
	assert.Zero(t, Quantile(nil, 0.5))
	assert.Zero(t, Quantile([]Bucket{{1, 0}}, 0.5))
}
