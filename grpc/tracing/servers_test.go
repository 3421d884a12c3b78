package tracing

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"example.com/goguide/detect/memnet"
	"example.com/goguide/grpc/internal/inmemory"
	userv1 "example.com/goguide/grpc/proto/user/v1"
	"example.com/goguide/grpc/proto/user/v1/userv1connect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const getUser = "user.v1.UserService/GetUser"

// A get is the one method of a service, and a client's end of it.
type get func(ctx context.Context) error

type handler struct {
	userv1.UnimplementedUserServiceServer
	get get
}

func (h handler) GetUser(ctx context.Context, _ *userv1.GetUserRequest) (*userv1.User, error) {
	return new(userv1.User), h.get(ctx)
}

type connectHandler struct {
	userv1connect.UnimplementedUserServiceHandler
	get get
}

func (c connectHandler) GetUser(ctx context.Context, _ *userv1.GetUserRequest) (*userv1.User, error) {
	return new(userv1.User), c.get(ctx)
}

// A library serves a method in memory, and returns a client and what ends both.
type library func(t *testing.T, tr Tracing, get get) (client get, stop func())

func byGRPC(t *testing.T, tr Tracing, get get) (get, func()) {
	return dialed(t, tr.GRPCServer(), tr.GRPCClient(), get)
}

func dialed(t *testing.T, server grpc.ServerOption, client grpc.DialOption, get get) (get, func()) {
	l := memnet.Listen()
	s := grpc.NewServer(server)
	userv1.RegisterUserServiceServer(s, handler{get: get})
	wait := inmemory.Serve(s, l)
	conn := inmemory.Dial(l, client)
	return func(ctx context.Context) error {
			_, err := userv1.NewUserServiceClient(conn).GetUser(ctx, new(userv1.GetUserRequest))
			return err
		}, func() {
			assert.NoError(t, conn.Close())
			s.GracefulStop()
			assert.NoError(t, wait())
		}
}

func byConnect(t *testing.T, tr Tracing, get get) (get, func()) {
	i, err := tr.ConnectServer()
	require.NoError(t, err)
	return connected(t, tr, i, get)
}

func connected(t *testing.T, tr Tracing, server connect.ServerInterceptor, get get) (get, func()) {
	l := memnet.Listen()
	rpc := connect.NewServer(server)
	userv1connect.RegisterUserServiceHandler(rpc, connectHandler{get: get})
	mux := http.NewServeMux()
	connecthttp.Mount(mux, rpc)
	h2c := new(http.Protocols)
	h2c.SetUnencryptedHTTP2(true)
	s := &http.Server{Handler: mux, Protocols: h2c, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	client, err := tr.ConnectClient()
	require.NoError(t, err)
	transport := &http.Transport{Protocols: h2c, DialContext: l.Dial}
	c := userv1connect.NewUserServiceClient(connect.NewClient(
		connecthttp.NewTransport(&http.Client{Transport: transport}, "http://memory"), client))
	return func(ctx context.Context) error {
			_, err := c.GetUser(ctx, new(userv1.GetUserRequest))
			return err
		}, func() {
			transport.CloseIdleConnections()
			assert.NoError(t, s.Shutdown(context.Background()))
			assert.ErrorIs(t, <-served, http.ErrServerClosed)
		}
}

// recorded returns a provider, and what it has exported.
func recorded() (Tracing, *tracetest.InMemoryExporter) {
	e := tracetest.NewInMemoryExporter()
	return Tracing{Provider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(e))}, e
}

// chain returns the names and kinds of a trace's spans, from its root, each the
// parent of the next.
func chain(t *testing.T, spans tracetest.SpanStubs) (names []string) {
	children := make(map[trace.SpanID]tracetest.SpanStub)
	for _, s := range spans {
		require.NotContains(t, children, s.Parent.SpanID(), "one child each")
		children[s.Parent.SpanID()] = s
	}
	s, ok := children[trace.SpanID{}]
	for ok {
		assert.Equal(t, spans[0].SpanContext.TraceID(), s.SpanContext.TraceID())
		names = append(names, s.SpanKind.String()+" "+s.Name)
		s, ok = children[s.SpanContext.SpanID()]
	}
	return names
}

// whole is the trace of a call to a service that works and calls another one.
var whole = []string{"client " + getUser, "server " + getUser, "internal work", "client " + getUser, "server " + getUser}

// through makes such a call.
func through(t *testing.T, tr Tracing, front, behind library) {
	second, stopSecond := behind(t, tr, func(context.Context) error { return nil })
	tracer := tr.Provider.Tracer("test")
	first, stopFirst := front(t, tr, func(ctx context.Context) error { return Do(ctx, tracer, "work", second) })
	require.NoError(t, first(context.Background()))
	stopFirst()
	stopSecond()
}
